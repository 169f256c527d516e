// Starts the page.
import { render } from "preact";
import { App } from "./app.tsx";
import "./style.css";

const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset["theme"] = theme;
render(<App />, document.getElementById("app")!);
