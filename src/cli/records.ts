// What verbs that work on records share: the output locked, the records open, progress drawn, everything given back.
import type { Progress } from "../core/progress.ts";
import { type Needs, openData } from "../run/data.ts";
import { lockFolder, type RecordStore } from "../store/index.ts";
import type { Given } from "./options.ts";
import { stopSignal, terminalProgress } from "./terminal.ts";

/** Opens `--data` for work that writes to `--out`, and closes it whatever happens. */
export async function withRecords<T>(
  given: Given,
  work: (store: RecordStore, out: string, progress: Progress) => Promise<T>,
  needs: Needs = {},
): Promise<T> {
  const out = given.text("out");
  const signal = stopSignal((line) => console.error(line));
  const progress = terminalProgress({ quiet: given.flag("quiet"), signal });
  const release = lockFolder(out);
  try {
    const resources = { memory: given.text("memory"), threads: given.number("threads"), progress };
    const store = await openData(given.texts("data"), out, resources, needs);
    try {
      return await work(store, out, progress);
    } finally {
      store.close();
    }
  } finally {
    release();
  }
}
