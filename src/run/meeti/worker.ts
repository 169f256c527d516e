// The program of a thread: makes the shards it is sent, one after the other.
import { parentPort, workerData } from "node:worker_threads";
import { BedsideError, type Problem } from "../../core/errors.ts";
import type { ShardNote, ShardPlace, ShardWork } from "./settings.ts";
import { makeShard } from "./shard.ts";

/** What a thread says. */
export type ThreadMessage =
  | { kind: "record" }
  | { kind: "done"; note: ShardNote }
  | { kind: "failed"; problem?: Problem; message: string };

const place = workerData as ShardPlace;

parentPort?.on("message", (work: ShardWork) => {
  const say = (message: ThreadMessage) => parentPort!.postMessage(message);
  makeShard(work, place, { onRecord: () => say({ kind: "record" }) }).then(
    (note) => say({ kind: "done", note }),
    (cause: unknown) =>
      say({
        kind: "failed",
        message: cause instanceof Error ? (cause.stack ?? cause.message) : String(cause),
        ...(cause instanceof BedsideError ? { problem: cause.problem } : {}),
      }),
  );
});
