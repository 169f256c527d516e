// Boosting beside LightGBM and forests beside scikit-learn on the YAIB demo cohorts: golden/make_cohorts.py says how.
import { existsSync, readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, test } from "vitest";
import { type Matrix, takeRows } from "../core/matrix.ts";
import { mix32 } from "../core/random.ts";
import { auroc } from "../metrics/index.ts";
import { trainBoosting } from "./boosting/index.ts";
import { trainForest } from "./forest/index.ts";
import { predict } from "./predict.ts";

interface Cohort {
  name: string;
  halvings: number;
  rounds: number;
  minSumHessian: number;
  minSamplesLeaf: number;
  /** Forests of one halving. */
  seeds: number;
  /** The label from which on it counts as a yes. */
  yes: number;
  rows: number;
  columns: number;
  positives: number;
  lightgbm: number[];
  forest: number[];
}
const golden = JSON.parse(readFileSync(new URL("golden/cohorts.json", import.meta.url), "utf8")) as {
  trees: number;
  cohorts: Cohort[];
};
const folder = "../shared/data/yaib-demo-cohorts";
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

interface Rows {
  x: Matrix;
  y: Float64Array;
  stays: Int32Array;
}

/** The cohort's features and labels, as the script makes them. */
async function read({ name, yes }: Cohort): Promise<Rows> {
  const db = await DuckDBInstance.create(":memory:");
  const connection = await db.connect();
  const file = (part: string) => `'${folder}/${name}/mimic_demo/${part}.parquet'`;
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file("dyn")}`);
  const variables = described
    .getRows()
    .map(([column]) => String(column))
    .slice(2);
  const labels = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${file("outc")}`);
  const hourly = labels.getRows().some(([column]) => column === "time");
  const statics = "age, CASE sex WHEN 'Female' THEN 1 WHEN 'Male' THEN 0 END, height, weight";
  const query = hourly
    ? `SELECT stay_id, label, ${variables.join(", ")}, ${statics}, time // 3600
       FROM ${file("outc")} JOIN ${file("dyn")} USING (stay_id, time) JOIN ${file("sta")} USING (stay_id)
       ORDER BY stay_id, time`
    : `SELECT stay_id, label, values.* EXCLUDE (stay_id), ${statics}
       FROM ${file("outc")}
       JOIN (SELECT stay_id, ${variables
         .map((v) => `min(${v}), max(${v}), arg_max(${v}, time) FILTER (${v} IS NOT NULL)`)
         .join(", ")} FROM ${file("dyn")} GROUP BY stay_id) AS values USING (stay_id)
       JOIN ${file("sta")} USING (stay_id) ORDER BY stay_id`;
  const rows = (await connection.runAndReadAll(query)).getRows();
  connection.closeSync();
  db.closeSync();
  const columns = rows[0]!.length - 2;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++)
      data[i * columns + j] = row[j + 2] === null ? Number.NaN : Number(row[j + 2]) + 4096;
  });
  return {
    x: { rows: rows.length, columns, data },
    y: Float64Array.from(rows, (row) => (Number(row[1]) >= yes ? 1 : 0)),
    stays: Int32Array.from(rows, (row) => Number(row[0])),
  };
}

function half({ x, y, stays }: Rows, halving: number, side: number): { x: Matrix; y: Float64Array } {
  const chosen = [...stays.keys()].filter((i) => (mix32((stays[i]! + 1000003 * halving) | 0) & 1) === side);
  return { x: takeRows(x, chosen), y: Float64Array.from(chosen, (i) => y[i]!) };
}

describe.each(golden.cohorts)("$name of the YAIB demo cohorts", (cohort) => {
  const there = existsSync(`${folder}/${cohort.name}`);
  const skipped = there ? "" : ` (skipped: ${folder} is not there)`;

  test.skipIf(!there)(`boosting separates as LightGBM does, forests as scikit-learn's do${skipped}`, async () => {
    const rows = await read(cohort);
    expect([rows.x.rows, rows.x.columns, mean([...rows.y]) * rows.x.rows]).toEqual([
      cohort.rows,
      cohort.columns,
      expect.closeTo(cohort.positives, 6),
    ]);
    const boosting: number[] = [];
    const forest: number[] = [];
    for (let halving = 0; halving < cohort.halvings; halving++) {
      const train = half(rows, halving, 0);
      const held = half(rows, halving, 1);
      const { rounds, minSumHessian, minSamplesLeaf } = cohort;
      const boosted = await trainBoosting(train, {
        rounds,
        minDataInLeaf: 1,
        minSumHessian,
        maxBins: 254,
        numLeaves: 15,
        threads: 1,
      });
      boosting.push(auroc(held.y, predict(boosted.ensemble, held.x)));
      const areas: number[] = [];
      for (let seed = 0; seed < cohort.seeds; seed++) {
        const grown = await trainForest(train, { trees: golden.trees, minSamplesLeaf, seed, threads: 1 });
        areas.push(auroc(held.y, predict(grown.ensemble, held.x)));
      }
      forest.push(mean(areas));
    }
    if (process.env["TREES_SHOW"]) {
      console.log(
        cohort.name,
        "boosting",
        boosting.map((area, i) => (area - cohort.lightgbm[i]!).toFixed(4)).join(" "),
      );
      console.log(cohort.name, "forest", forest.map((area, i) => (area - cohort.forest[i]!).toFixed(4)).join(" "));
      console.log(cohort.name, mean(boosting), mean(cohort.lightgbm), mean(forest), mean(cohort.forest));
    }
    expect(Math.abs(mean(boosting) - mean(cohort.lightgbm)), "boosting").toBeLessThanOrEqual(0.002);
    expect(Math.abs(mean(forest) - mean(cohort.forest)), "forest").toBeLessThanOrEqual(0.005);
  });
});
