// Reads finished runs back from their folders: the result, and the held-out predictions of every model.
import { existsSync } from "node:fs";
import { basename, join as joinPath, resolve } from "node:path";
import { BedsideError } from "../../core/errors.ts";
import { type Database, identifier, join, literal, readJson, sql } from "../../store/index.ts";
import type { Outcome, RunResult } from "../result.ts";

/** A finished run. */
export interface FinishedRun {
  /** Name of the folder; told apart by its parent where two are called alike. */
  name: string;
  folder: string;
  result: RunResult;
}

/** Held-out predictions in order of stay and hour. */
export interface HeldPredictions {
  subjectIds: Float64Array;
  /** Stay and hour of each row, as texts to compare runs by. */
  stayIds: Float64Array;
  hours: Float64Array;
  /** Rows x names. */
  truth: Float64Array;
  /** By training seed or repetition; one where the file holds no others. Rows x names. */
  predictions: Float64Array[];
}

/**
 * Reads `report.json` of every folder.
 * @throws BedsideError `leaderboard/no-run` for a folder without a finished run.
 */
export function readRuns(folders: readonly string[]): FinishedRun[] {
  const places = [...new Set(folders.map((folder) => resolve(folder)))];
  const shortNames = places.map((place) => basename(place));
  const runs: FinishedRun[] = [];
  for (const [i, folder] of places.entries()) {
    const isAlone = shortNames.filter((name) => name === shortNames[i]).length === 1;
    const name = isAlone ? shortNames[i]! : joinPath(basename(resolve(folder, "..")), shortNames[i]!);
    const result = readResult(joinPath(folder, "report.json"));
    if (result?.schema !== 1 || !Array.isArray(result.models)) {
      throw new BedsideError({
        code: "leaderboard/no-run",
        what: "A folder holds no finished run",
        where: folder,
        why: "There is no report.json of a run in it",
        fix: "Name folders that bedside run wrote to its end",
      });
    }
    runs.push({ name, folder, result });
  }
  return runs;
}

/** A file that is no JSON is as good as none. */
function readResult(file: string): RunResult | undefined {
  try {
    return readJson<RunResult>(file);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The points of a clinical score on the rows held out; null where the run has no such file. */
export function pointsFile({ folder }: Pick<FinishedRun, "folder">, score: string): string | null {
  const file = joinPath(folder, `points-${score}.parquet`);
  return existsSync(file) ? file : null;
}

/** The predictions file of a model; null for clinical scores, which tell points and no probability. */
export function predictionsFile(
  { folder, result }: Pick<FinishedRun, "folder" | "result">,
  model: string,
): string | null {
  const own = joinPath(folder, `predictions-${model}.parquet`);
  if (existsSync(own)) return own;
  const first = joinPath(folder, "predictions.parquet");
  return result.models[0]?.id === model && existsSync(first) ? first : null;
}

/** Reads a predictions file: `subject_id, stay_id, time` (hourly), truth and predictions as `bedside run` writes them. */
export async function readHeldOut(db: Database, file: string, outcome: Outcome): Promise<HeldPredictions> {
  const source = sql`read_parquet(${literal(file)})`;
  const described = await db.columns(sql`select column_name from (describe select * from ${source})`);
  const names = described.texts("column_name").map(String);
  const has = (name: string) => names.includes(name);
  const numbered = (stem: string) => names.filter((name) => new RegExp(`^${stem}_\\d+$`).test(name)).sort(byNumber);
  const wide = numbered("probability");
  const outputs = wide.length
    ? wide
    : has("probability")
      ? ["probability"]
      : [["predicted", "points"].find(has) ?? "prediction"];
  const truths = outcome === "labels" ? numbered("truth") : [["truth", "value", "boolean_value"].find(has) ?? "truth"];
  if (![...outputs, ...truths, "subject_id", "stay_id"].every(has)) {
    throw new BedsideError({
      code: "leaderboard/predictions",
      what: "A predictions file lacks a column",
      where: file,
      why: `It has ${names.join(", ")}`,
      fix: "Run the task again with this version",
    });
  }
  const replicates: string[][] = [];
  for (let r = 1; outputs.every((name) => has(`${name}_replicate_${r}`)); r++) {
    replicates.push(outputs.map((name) => `${name}_replicate_${r}`));
  }
  const wanted = [
    "subject_id",
    "stay_id",
    ...(has("time") ? ["time"] : []),
    ...truths,
    ...outputs,
    ...replicates.flat(),
  ];
  // whatever the types, numbers are asked for: true is 1
  const list = join(
    wanted.map((name) => sql`${identifier(name)}::double as ${identifier(name)}`),
    ", ",
  );
  const order = has("time") ? sql`stay_id, "time"` : sql`stay_id`;
  const columns = await db.columns(sql`select ${list} from ${source} order by ${order}`);
  const count = columns.numbers("stay_id").length;
  const together = (columnNames: readonly string[]) => {
    const each = columnNames.map((name) => columns.numbers(name));
    if (each.length === 1) return each[0]!;
    const all = new Float64Array(count * each.length);
    for (let i = 0; i < count; i++) for (let k = 0; k < each.length; k++) all[i * each.length + k] = each[k]![i]!;
    return all;
  };
  return {
    subjectIds: columns.numbers("subject_id"),
    stayIds: columns.numbers("stay_id"),
    hours: has("time") ? columns.numbers("time") : new Float64Array(count),
    truth: together(truths),
    predictions: replicates.length ? replicates.map(together) : [together(outputs)],
  };
}

function byNumber(a: string, b: string): number {
  return Number(/\d+$/.exec(a)![0]) - Number(/\d+$/.exec(b)![0]);
}
