// Grows all trees of a forest, on one thread or several, and hands them over in order. Knows no rows and no sampling.

import { nextTurn } from "../next-turn.ts";
import { startThread, type Thread } from "../workers.ts";
import { type GrownTree, type GrowSettings, type GrowTable, type GrowTask, kernel } from "./kernel/index.ts";

/** The work: a table, how to grow, and the task of each tree. */
export interface ForestWork {
  table: GrowTable;
  settings: GrowSettings;
  trees: number;
  task(tree: number): GrowTask;
  /** Called for tree 0, 1, 2, … in this order, whatever the order in which they were grown. */
  grown(tree: GrownTree): void;
  /** Throws when the work is to stop. */
  checkStop(): void;
  /** Aborts between two messages; undefined: nobody stops the work. */
  signals: readonly AbortSignal[];
}

/** Grows the trees; returns the number of threads that took part (1: none besides the caller's). */
export async function growAll(work: ForestWork, threads: number): Promise<number> {
  const started = threads > 1 ? await startThreads(work, Math.min(threads, work.trees)) : [];
  if (started.length === 0) {
    await growHere(work);
    return 1;
  }
  try {
    await growThere(work, started);
  } finally {
    for (const thread of started) thread.stop();
  }
  return started.length;
}

async function growHere(work: ForestWork): Promise<void> {
  const grow = kernel.treeGrower(work.table, work.settings, kernel);
  for (let tree = 0; tree < work.trees; tree++) {
    work.checkStop();
    work.grown(grow(work.task(tree)));
    await nextTurn();
  }
  work.checkStop();
}

async function startThreads(work: ForestWork, count: number): Promise<Thread[]> {
  const text = threadText();
  const started: Thread[] = [];
  for (let i = 0; i < count; i++) {
    const thread = await startThread(text);
    if (!thread) break;
    thread.send({ table: work.table, settings: work.settings }, []);
    started.push(thread);
  }
  return started;
}

/** Gives each thread a tree, and another when it is done with that. Leaves nothing behind on the signals. */
async function growThere(work: ForestWork, threads: readonly Thread[]): Promise<void> {
  let stop = () => {};
  const onAbort = () => stop();
  for (const signal of work.signals) signal.addEventListener("abort", onAbort);
  try {
    await new Promise<void>((resolve, reject) => {
      const early = new Map<number, GrownTree>();
      let given = 0;
      let handedOver = 0;
      const give = (thread: Thread) => {
        if (given >= work.trees) return;
        const task = work.task(given++);
        thread.send({ task }, [task.rows.buffer as ArrayBuffer, task.weights.buffer as ArrayBuffer]);
      };
      const guarded = (action: () => void) => {
        try {
          work.checkStop();
          action();
        } catch (error) {
          reject(error);
        }
      };
      stop = () => guarded(() => {});
      for (const thread of threads) {
        thread.onFailure(reject);
        thread.onMessage((message) =>
          guarded(() => {
            give(thread);
            const grown = message as GrownTree;
            early.set(grown.tree, grown);
            for (let next = early.get(handedOver); next; next = early.get(handedOver)) {
              early.delete(handedOver++);
              work.checkStop();
              work.grown(next);
            }
            if (handedOver === work.trees) resolve();
          }),
        );
        guarded(() => give(thread));
      }
    });
  } finally {
    for (const signal of work.signals) signal.removeEventListener("abort", onAbort);
  }
}

/** The program of a thread: the kernel's own text, and what to do with messages. */
function threadText(): string {
  const parts = Object.entries(kernel).map(([name, part]) => `${name}: ${part.toString()}`);
  // Tools that keep the names of minified functions call a helper of this name in the functions' texts.
  return `(send) => {
const __name = (part) => part;
const kernel = { ${parts.join(",\n")} };
let grow;
return (message) => {
  if (message.table) grow = kernel.treeGrower(message.table, message.settings, kernel);
  else send(grow(message.task));
};
}`;
}
