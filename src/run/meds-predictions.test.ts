import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { auroc, averagePrecision, brier, medsCalibrationError } from "../metrics/index.ts";
import { meds } from "../sources/index.ts";
import { type Database, literal, openDatabase, sql } from "../store/index.ts";
import { medsPredictionsPath, writeMedsPredictions } from "./meds-predictions.ts";
import { writePredictions } from "./predict.ts";

/** What the package meds-evaluation said of the file that `predicted` makes. */
const golden = JSON.parse(readFileSync(new URL("golden/meds-evaluation.json", import.meta.url), "utf8"));
const THRESHOLDS = [0.25, 0.5, 0.75];

let folder: string;
let db: Database;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bedside-predictions-"));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

/** Labels, probabilities and folds of some stays, two of each patient. */
function rowsOf(count: number) {
  const random = randomStream(7, "meds predictions");
  const probabilities = Float64Array.from({ length: count }, () => random.uniform());
  return {
    stayIds: Float64Array.from({ length: count }, (_, i) => 30_000_000 + i),
    subjectIds: Float64Array.from({ length: count }, (_, i) => 10_000_000 + (i >> 1)),
    fold: Int32Array.from({ length: count }, (_, i) => i % THRESHOLDS.length),
    labels: Uint8Array.from(probabilities, (p) => (random.uniform() < p ? 1 : 0)),
    probabilities,
  };
}

async function written({
  stayIds,
  subjectIds,
  fold,
  labels: happened,
  probabilities,
}: ReturnType<typeof rowsOf>): Promise<string> {
  const predictions = join(folder, "predictions.parquet");
  const labels = join(folder, "labels.parquet");
  const samples = { stayIds, subjectIds, outcome: "event" as const, names: [], targets: Float64Array.from(happened) };
  const rows = Int32Array.from(fold.keys());
  await writePredictions(db, predictions, samples, { rows, fold, replicates: [probabilities] });
  await db.run(sql`
    copy (select stay_id, timestamp '2150-01-01' + interval (stay_id - 30000000) hour as prediction_time
          from read_parquet(${predictions}))
    to ${literal(labels)} (format parquet)`);
  const out = medsPredictionsPath(predictions);
  await writeMedsPredictions(db, out, { predictions, labels, thresholds: THRESHOLDS });
  return out;
}

test("predictions are written with the columns and types of meds-evaluation, and the package takes them as they are", async () => {
  const rows = rowsOf(1000);
  const file = await written(rows);
  const keep = process.env["MEDS_PREDICTIONS"];
  if (keep) copyFileSync(file, keep);
  expect(file).toBe(join(folder, "predictions.meds.parquet"));
  const columns = await db.rows<{ column_name: string; column_type: string }>(
    sql`describe select * from read_parquet(${literal(file)})`,
  );
  expect(columns.map(({ column_name, column_type }) => [column_name, column_type.toLowerCase()])).toEqual(
    meds.PREDICTION_COLUMNS.map(({ name, type }) => [name, type]),
  );
  expect(golden.columns).toEqual({
    subject_id: "int64",
    prediction_time: "timestamp[us]",
    boolean_value: "bool",
    predicted_boolean_value: "bool",
    predicted_boolean_probability: "float",
  });
  expect(Object.keys(golden.columns)).toEqual(columns.map(({ column_name }) => column_name));
  expect(golden).toMatchObject({ changed: false, rows: 1000 });
});

test("meds-evaluation computes from the file what the run's own metrics say", async () => {
  const { labels, probabilities, fold } = rowsOf(1000);
  const right = labels.reduce((sum, label, i) => {
    const called = probabilities[i]! >= THRESHOLDS[fold[i]!]! ? 1 : 0;
    return sum + (called === label ? 1 : 0);
  }, 0);
  expect(golden.metrics.binary_accuracy).toBeCloseTo(right / labels.length, 12);
  expect(golden.metrics.roc_auc_score).toBeCloseTo(auroc(labels, probabilities), 6);
  expect(golden.metrics.average_precision_score).toBeCloseTo(averagePrecision(labels, probabilities), 6);
  expect(golden.metrics.brier_score).toBeCloseTo(brier(labels, probabilities), 6);
  expect(golden.metrics.calibration_error).toBeCloseTo(medsCalibrationError(labels, probabilities), 6);
});

test("a row is called positive at the threshold of its own fold, and has the time of its stay's prediction", async () => {
  const file = await written({
    stayIds: Float64Array.from([30_000_001, 30_000_002, 30_000_003]),
    subjectIds: Float64Array.from([3, 2, 1]),
    fold: Int32Array.from([0, 1, 2]),
    labels: Uint8Array.from([1, 0, 0]),
    probabilities: Float64Array.from([0.25, 0.3, 0.75]),
  });
  const rows = await db.rows(
    sql`select * replace (prediction_time::varchar as prediction_time) from read_parquet(${literal(file)})`,
  );
  expect(rows.map((row) => Object.values(row).slice(0, 4))).toEqual([
    [1n, "2150-01-01 03:00:00", false, true],
    [2n, "2150-01-01 02:00:00", false, false],
    [3n, "2150-01-01 01:00:00", true, true],
  ]);
});
