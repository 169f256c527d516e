// Gives way between two pieces of long work. Knows no work.

/** Lets the machine's other work go on: timers, signals, a page's clicks. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
