// Which subjects go to which split and which file: decided once, from the seed. Knows no table.
import { BIGINT, VARCHAR } from "@duckdb/node-api";
import { randomStream } from "../../core/random.ts";
import { type Database, identifier, type Sql, sql } from "../../store/index.ts";
import { MEDS_SPLITS } from "./schema.ts";

/** Consecutive subjects whose events are worked on together; each split's share of them becomes one file. */
export interface Shard {
  first: number;
  last: number;
  events: number;
}

/** Shares of subjects in train, tuning and held_out. */
export const SPLIT_SHARES = [0.8, 0.1, 0.1] as const;

/** The subjects with their number of events, by number. `counts`: a relation (subject_id, n). */
export async function subjectSizes(db: Database, counts: Sql): Promise<{ ids: Float64Array; events: Float64Array }> {
  const columns = await db.columns(sql`
    select cast(subject_id as double) as id, cast(sum(n) as double) as n from ${counts} as c
    where subject_id is not null group by subject_id order by id`);
  return { ids: columns.numbers("id"), events: columns.numbers("n") };
}

/** Cuts the subjects, in the order of their numbers, into shards of about `size` events. */
export function cutShards({ ids, events }: { ids: Float64Array; events: Float64Array }, size: number): Shard[] {
  const shards: Shard[] = [];
  let open: Shard | undefined;
  for (let i = 0; i < ids.length; i++) {
    if (open && open.events + events[i]! > size) open = undefined;
    if (!open) {
      open = { first: ids[i]!, last: ids[i]!, events: 0 };
      shards.push(open);
    }
    open.last = ids[i]!;
    open.events += events[i]!;
  }
  return shards;
}

/**
 * The split of each subject, by number in `MEDS_SPLITS`: a random order of the subjects by the seed, cut 80 / 10 / 10. The
 * same subjects and seed give the same splits, whatever their events.
 */
export function splitSubjects(ids: Float64Array, seed: number): Uint8Array {
  const order = randomStream(seed, "meds splits").shuffle(Uint32Array.from({ length: ids.length }, (_, i) => i));
  const splits = new Uint8Array(ids.length);
  const tuning = Math.floor(ids.length * SPLIT_SHARES[0]);
  const heldOut = Math.floor(ids.length * (SPLIT_SHARES[0] + SPLIT_SHARES[1]));
  for (let place = tuning; place < order.length; place++) splits[order[place]!] = place < heldOut ? 1 : 2;
  return splits;
}

/** A temporary table of the splits: (subject_id, split). Drop it when done. */
export async function fillSplits(db: Database, table: string, ids: Float64Array, splits: Uint8Array): Promise<void> {
  const columns = [
    { name: "subject_id", type: BIGINT },
    { name: "split", type: VARCHAR },
  ];
  await db.run(sql`drop table if exists ${identifier(table)}`);
  await db.fill(table, columns, ids.length, (row) => [BigInt(ids[row]!), MEDS_SPLITS[splits[row]!]!]);
}
