// Starts the page.
import { render } from "preact";
import { App } from "./app.tsx";
import { takeKey } from "./key.ts";
import "./style.css";

takeKey();
render(<App />, document.getElementById("app")!);

// the page works without the server for what needs none; a browser that keeps nothing still has the page
if ("serviceWorker" in navigator) navigator.serviceWorker.register("/sw.js").catch(() => {});
