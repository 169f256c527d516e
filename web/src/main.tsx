// Starts the page.
import { render } from "preact";

render(<main>Bedside</main>, document.getElementById("app")!);
