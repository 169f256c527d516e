// The shape of a section. A section knows the result and the page it is drawn on, and nothing of its neighbours.
import type { RunResult } from "../../run/result.ts";
import type { Child, Html } from "../html.ts";
import type { Page } from "../page.ts";

/** A part of the report; `render` returns null where the run has nothing of the kind. */
export interface Section {
  /** Anchor in the page. */
  id: string;
  title: string;
  render(result: RunResult, page: Page): Html | Child[] | null;
}
