// Puts windows after the windows they refer to. Knows neither YAML nor SQL.
import { type Complaints, suggestion } from "./problems.ts";
import type { Boundary, Side, Window } from "./task.ts";

/**
 * The windows in an order in which each comes after those it refers to, otherwise as given.
 * @throws BedsideError for an unknown window, or windows that refer to each other in a circle.
 */
export function inOrder(windows: Window[], complain: Complaints): Window[] {
  const byName = new Map(windows.map((window) => [window.name, window]));
  const done = new Set<Window>();
  const open: Window[] = [];
  const visit = (window: Window) => {
    if (done.has(window)) return;
    if (open.includes(window)) {
      const circle = [...open.slice(open.indexOf(window)), window].map(({ name }) => name).join(" → ");
      throw complain(rootBoundary(window).line, "cycle", `The window "${window.name}" depends on itself`, {
        why: circle,
        fix: "let one of them refer to the trigger",
      });
    }
    open.push(window);
    const boundary = rootBoundary(window);
    if (typeof boundary.reference === "object") {
      const target = byName.get(boundary.reference.window);
      if (!target) {
        throw complain(
          boundary.line,
          "unknown-window",
          `The window "${window.name}" refers to "${boundary.reference.window}", which is not a window`,
          { fix: suggestion(boundary.reference.window, byName.keys()) },
        );
      }
      visit(target);
    }
    open.pop();
    done.add(window);
  };
  for (const window of windows) visit(window);
  return [...done];
}

/** The boundary that refers outside the window. */
export function rootBoundary(window: Window): Boundary {
  return window.root === "start" ? window.start : window.end;
}

/** The boundary that refers to the other one. */
export function innerBoundary(window: Window): Boundary {
  return window.root === "start" ? window.end : window.start;
}

/** The side that refers to the other one. */
export function innerSide(window: Window): Side {
  return window.root === "start" ? "end" : "start";
}
