import { beforeAll, describe, expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { auroc, calibrationIntercept, calibrationSlope } from "../../metrics/index.ts";
import { modelFromJSON } from "../load.ts";
import { trainLogisticRegression } from "../logistic/index.ts";
import { type AutoScoreModel, trainAutoScore } from "./index.ts";

const featureNames = ["noise1", "age", "arrival", "heartrate", "noise2", "lactate", "flag", "noise3"];

/** Visits whose risk depends on age, heart rate, lactate and the arrival's code; the rest says nothing. */
function visits(rows: number, seed: number, { missing = 0.3 } = {}) {
  const random = randomStream(seed, "visits");
  const y = new Uint8Array(rows);
  const data = Float64Array.from(
    Array.from({ length: rows }, (_, i) => {
      const age = 18 + random.below(75);
      const heartrate = Math.round(random.normal(85, 18));
      const lactate = Math.round(10 * Math.exp(random.normal(0.5, 0.6))) / 10;
      const arrival = [2, 5, 9][random.below(3)]!;
      const isMissing = random.chance(missing);
      const risk =
        -2 +
        0.04 * (age - 55) +
        0.03 * (heartrate - 85) +
        (isMissing ? -0.8 : 0.5 * (lactate - 2)) +
        (arrival === 5 ? 1.4 : 0);
      y[i] = random.chance(1 / (1 + Math.exp(-risk))) ? 1 : 0;
      const noise = () => random.below(6);
      return [noise(), age, arrival, heartrate, noise(), isMissing ? Number.NaN : lactate, random.below(2), noise()];
    }).flat(),
  );
  return { x: { rows, columns: featureNames.length, data }, y };
}

const training = visits(4000, 1);
const tuning = visits(2000, 2);
const test2 = visits(4000, 3);
const input = { ...training, tuning, featureNames };
// Shallow trees: full ones favour columns with many values.
const options = { categorical: ["arrival"], forest: { trees: 60, maxDepth: 6, threads: 1 } } as const;

let model: AutoScoreModel;
beforeAll(async () => {
  model = await trainAutoScore(input, options);
});

describe("on planted risk", () => {
  test("the variables that carry it are ranked first and chosen", () => {
    const first = model.ranking.slice(0, 4).map(({ name }) => name);
    expect(first.toSorted()).toEqual(["age", "arrival", "heartrate", "lactate"]);
    expect(model.variables.map(({ name }) => name)).toEqual(first);
    expect(model.ranking.reduce((sum, { importance }) => sum + importance!, 0)).toBeCloseTo(1, 10);
  });

  test("the score tells patients apart nearly as well as logistic regression on the numbers themselves", () => {
    const filled = ({ x, y }: typeof training) => ({
      x: {
        rows: x.rows,
        columns: 9,
        data: Float64Array.from({ length: x.rows * 9 }, (_, k) => {
          const [i, j] = [Math.floor(k / 9), k % 9];
          const value = x.data[i * 8 + Math.min(j, 7)]!;
          if (j === 8) return x.data[i * 8 + 2] === 5 ? 1 : 0;
          return Number.isNaN(value) ? 0.4 : value;
        }),
      },
      y,
    });
    const [from, to] = [filled(training), filled(test2)];
    const reference = auroc(to.y, trainLogisticRegression(from.x, from.y).predict(to.x));
    const ours = auroc(test2.y, model.score(test2.x));
    expect(reference).toBeGreaterThan(0.8);
    expect(ours).toBeGreaterThan(reference - 0.025);
    expect(auroc(test2.y, model.predict(test2.x))).toBeCloseTo(ours, 12);
  });

  test("the probabilities are calibrated on rows never seen", () => {
    const predicted = model.predict(test2.x);
    expect(Math.abs(calibrationSlope(test2.y, predicted) - 1)).toBeLessThan(0.15);
    expect(Math.abs(calibrationIntercept(test2.y, predicted))).toBeLessThan(0.2);
    expect(model.settings.calibratedOn).toBe("tuning");
  });

  test("risk that rises with age gives points that rise with it, and the high-risk code has the points", () => {
    const points = (name: string) => model.variables.find((variable) => variable.name === name)!.points;
    // The two lowest categories, of 5 and 15 % of the rows, are too alike to be told apart.
    const [youngest, young, middle, old, oldest] = points("age") as [number, number, number, number, number];
    expect(Math.max(youngest, young) + 5).toBeLessThan(middle);
    expect(middle + 5).toBeLessThan(old);
    expect(old).toBeLessThan(oldest);
    const arrival = model.table.filter(({ variable }) => variable === "arrival");
    expect(arrival.map(({ category }) => category)).toEqual(["= 2", "= 5", "= 9"]);
    expect(Math.max(...arrival.map((row) => row.points))).toBe(arrival[1]!.points);
  });

  test("missing lactate, which goes with low risk, is a category with few points", () => {
    const rows = model.table.filter(({ variable }) => variable === "lactate");
    const missing = rows.find(({ category }) => category === "missing")!;
    expect(missing.points).toBeLessThan(Math.max(...rows.map(({ points }) => points)) / 2);
  });

  test("shuffled outcomes give a score that tells nobody apart", async () => {
    const y = randomStream(9, "shuffle").shuffle(Uint8Array.from(training.y));
    const shuffled = await trainAutoScore({ ...input, y }, options);
    expect(Math.abs(auroc(test2.y, shuffled.score(test2.x)) - 0.5)).toBeLessThan(0.08);
  });
});

describe("the parsimony plot", () => {
  test("holds one point for each number of variables, in the order of the ranking", () => {
    expect(model.parsimony.map(({ variables }) => variables)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(model.parsimony.map(({ added }) => added)).toEqual(model.ranking.map(({ name }) => name));
  });

  test("its AUROC is that of the score on the tuning rows", () => {
    const here = model.parsimony[model.variables.length - 1]!.auroc;
    expect(auroc(tuning.y, model.score(tuning.x))).toBe(here);
  });

  test("the fewest variables within the tolerance of the best are chosen", async () => {
    const best = Math.max(...model.parsimony.map((point) => point.auroc));
    expect(model.parsimony[model.variables.length - 1]!.auroc).toBeGreaterThanOrEqual(best - 0.01);
    for (const { auroc: worse } of model.parsimony.slice(0, model.variables.length - 1)) {
      expect(worse).toBeLessThan(best - 0.01);
    }
    const ranking = model.ranking.map(({ name }) => name);
    const one = await trainAutoScore(input, { ...options, ranking, tolerance: 0.49 });
    expect(one.variables.length).toBe(1);
    const all = await trainAutoScore(input, { ...options, ranking, tolerance: 0 });
    expect(all.parsimony[all.variables.length - 1]!.auroc).toBe(best);
    expect(all.parsimony).toEqual(model.parsimony);
  });

  test("a score of the same variables trained at once has the same points as one grown to them", async () => {
    const variables = model.variables.map(({ name }) => name);
    const once = await trainAutoScore({ ...training, featureNames }, { ...options, variables });
    expect(once.variables).toEqual(model.variables);
    expect(once.parsimony).toEqual([]);
    expect(once.settings.calibratedOn).toBe("training");
  });
});

describe("the score", () => {
  test("is whole, from 0 to at most the maximum, and the sum of the table's points", () => {
    const scores = model.score(test2.x);
    expect(Math.min(...scores)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...scores)).toBeLessThanOrEqual(model.highestScore);
    expect(model.highestScore).toBeLessThanOrEqual(100);
    for (let i = 0; i < 50; i++) {
      const row = test2.x.data.subarray(8 * i, 8 * i + 8);
      const sum = model.variables.reduce((total, { name, column }) => {
        const value = row[column]!;
        const found = model.table.find(
          (line) =>
            line.variable === name &&
            (line.category === "missing"
              ? Number.isNaN(value)
              : line.code === null
                ? value >= (line.low ?? Number.NEGATIVE_INFINITY) && value < (line.high ?? Number.POSITIVE_INFINITY)
                : value === line.code),
        );
        return total + found!.points;
      }, 0);
      expect(scores[i]).toBe(sum);
    }
  });

  test("values beyond all training rows count as the end categories", () => {
    const row = (age: number) => ({ rows: 1, columns: 8, data: Float64Array.of(0, age, 2, 85, 0, 2, 0, 0) });
    const [lowest, highest] = [model.score(row(18))[0], model.score(row(92))[0]];
    expect(model.score(row(-1000))[0]).toBe(lowest);
    expect(model.score(row(1000))[0]).toBe(highest);
    expect(highest).toBeGreaterThan(lowest!);
  });

  test("missing values and codes that training did not hold count as the most common category", () => {
    const score = (age: number, arrival: number) =>
      model.score({ rows: 1, columns: 8, data: Float64Array.of(0, age, arrival, 85, 0, 2, 0, 0) })[0];
    const commonArrival = model.variables.find(({ name }) => name === "arrival")!;
    const { bounds, common } = commonArrival;
    expect(bounds.kind).toBe("categorical");
    expect(score(55, 77)).toBe(score(55, bounds.kind === "categorical" ? bounds.codes[common]! : 0));
    expect(score(Number.NaN, 2)).toBe(score(55, 2));
  });

  test("is the same for 32-bit rows", () => {
    const x = { ...test2.x, data: Float32Array.from(test2.x.data) };
    expect(model.score(x)).toEqual(model.score(test2.x));
  });

  test("does not change when the codes of a category are renamed or a variable is measured on another rising scale", async () => {
    const change = ({ x, y }: typeof training) => {
      const data = x.data.slice();
      for (let k = 0; k < data.length; k += 8) {
        data[k + 1] = 1000 + 7 * data[k + 1]!;
        data[k + 2] = ({ 2: 40, 5: 7, 9: 3 } as Record<number, number>)[data[k + 2]!]!;
        data[k + 3] = data[k + 3]! / 4;
      }
      return { x: { ...x, data }, y };
    };
    // The quantiles are readings themselves, so that a rising scale takes them along: 4001 rows and no rounding.
    const rows = visits(4001, 5);
    const ranking = ["age", "arrival", "heartrate", "lactate"];
    const settings = { categorical: ["arrival"], ranking, variables: 4, digits: null };
    const before = await trainAutoScore({ ...rows, featureNames }, settings);
    const after = await trainAutoScore({ ...change(rows), featureNames }, settings);
    expect(after.score(change(test2).x)).toEqual(before.score(test2.x));
    const codes = after.table.filter(({ variable }) => variable === "arrival").map(({ code }) => code);
    expect(codes).toEqual([3, 7, 40]);
  });
});

describe("fine-tuning", () => {
  test("own cut-offs take the place of the automatic ones, there and nowhere else", async () => {
    const variables = ["age", "lactate"];
    const tuned = await trainAutoScore(
      { ...training, featureNames },
      { variables, cutoffs: { age: [30, 50, 65, 80] } },
    );
    expect(tuned.table.filter(({ variable }) => variable === "age").map(({ category }) => category)).toEqual([
      "<30",
      "30 to <50",
      "50 to <65",
      "65 to <80",
      "≥80",
    ]);
    const automatic = await trainAutoScore({ ...training, featureNames }, { variables });
    expect(tuned.variables[1]!.bounds).toEqual(automatic.variables[1]!.bounds);
  });

  test("a category without a training row has its neighbour's points and is named", async () => {
    const tuned = await trainAutoScore(
      { ...training, featureNames },
      { variables: ["age"], cutoffs: { age: [-5, 50, 70, 200] } },
    );
    const { points } = tuned.variables[0]!;
    expect(points[0]).toBe(points[1]);
    expect(points[4]).toBe(points[3]);
    expect(tuned.describe().warnings).toEqual([expect.stringMatching(/age has no training row/)]);
  });
});

describe("a category in which one outcome never occurs", () => {
  const separated = () => {
    const { x, y } = visits(1500, 8);
    const labels = y.map((label, i) => (x.data[8 * i + 1]! < 22 ? 0 : label));
    return { x, y: labels, featureNames };
  };
  const variables = ["age", "heartrate", "arrival"];

  test("is named, and the small penalty keeps it from taking the whole score", async () => {
    const mild = await trainAutoScore(separated(), {
      variables,
      categorical: ["arrival"],
      cutoffs: { age: [22, 50, 70] },
    });
    const without = await trainAutoScore(separated(), {
      variables,
      categorical: ["arrival"],
      cutoffs: { age: [22, 50, 70] },
      c: Number.POSITIVE_INFINITY,
    });
    for (const { warnings } of [mild.describe(), without.describe()]) {
      expect(warnings).toContainEqual(expect.stringMatching(/category of age only one outcome/));
    }
    const ofAge = (score: AutoScoreModel) => score.variables[0]!.points;
    expect(ofAge(without)[1]).toBeGreaterThan(50);
    expect(ofAge(mild)[1]).toBeLessThan(ofAge(without)[1]! - 10);
  });
});

describe("training again", () => {
  test("with the same seed gives the same model, whatever the threads", async () => {
    const again = await trainAutoScore(input, { ...options, forest: { ...options.forest, threads: 2 } });
    expect(JSON.stringify(again)).toBe(JSON.stringify(model));
  });

  test("does not touch the rows", async () => {
    const copy = training.x.data.slice();
    await trainAutoScore(input, { ...options, variables: 1 });
    expect(training.x.data).toEqual(copy);
  });
});

test("sixty visits are enough to run every step, and the probabilities stay inside 0 to 1", async () => {
  for (const seed of [21, 22, 23]) {
    const score = await trainAutoScore({ ...visits(60, seed), tuning: visits(40, seed + 100), featureNames }, options);
    expect(score.highestScore).toBeLessThanOrEqual(100);
    expect(score.parsimony.length).toBe(8);
    expect(score.predict(test2.x).every((risk) => risk > 0 && risk < 1)).toBe(true);
  }
});

test("columns that never change or are missing throughout get no points and do no harm", async () => {
  const { x, y } = visits(300, 4);
  const data = x.data.slice();
  for (let k = 0; k < data.length; k += 8) {
    data[k] = 3;
    data[k + 4] = Number.NaN;
  }
  const empty = await trainAutoScore({ x: { ...x, data }, y, featureNames }, { variables: ["noise1", "noise2"] });
  expect(empty.table.map(({ points }) => points)).toEqual([0, 0, 0]);
  expect(empty.describe().warnings).toContainEqual(expect.stringMatching(/everybody has the score 0/));
  const share = y.reduce((sum, label) => sum + label, 0) / y.length;
  expect(empty.predict({ ...x, data })[0]).toBeCloseTo(share, 6);
});

describe("saved and read back", () => {
  test("it scores the same and says the same of itself", async () => {
    for (const c of [10, Number.POSITIVE_INFINITY]) {
      const saved = await trainAutoScore(input, { ...options, variables: 3, c });
      const again = modelFromJSON(JSON.parse(JSON.stringify(saved))) as AutoScoreModel;
      expect(again.kind).toBe("autoscore");
      expect(again.score(test2.x)).toEqual(saved.score(test2.x));
      expect(again.predict(test2.x)).toEqual(saved.predict(test2.x));
      expect(again.describe()).toEqual(saved.describe());
      expect(again.table).toEqual(saved.table);
      expect(again.parsimony).toEqual(saved.parsimony);
      expect(JSON.stringify(again)).toBe(JSON.stringify(saved));
    }
  });

  test("damaged files and later versions are refused by the field at fault", () => {
    const saved = JSON.parse(JSON.stringify(model));
    const first = saved.variables[0];
    const variant = (change: object) => ({
      ...saved,
      variables: [{ ...first, ...change }, ...saved.variables.slice(1)],
    });
    expect(() => modelFromJSON({ ...saved, schemaVersion: 2 })).toThrow(/format version 2/);
    expect(() => modelFromJSON({ ...saved, extra: 1 })).toThrow(/not a saved AutoScore/);
    expect(() => modelFromJSON(variant({ column: 99 }))).toThrow(/column 99/);
    expect(() => modelFromJSON(variant({ points: [1] }))).toThrow(/points/);
    expect(() => modelFromJSON(variant({ points: first.points.map(() => -1) }))).toThrow(/points/);
    expect(() => modelFromJSON(variant({ points: first.points.map(() => 90) }))).toThrow(/above the maximum/);
    expect(() => modelFromJSON(variant({ common: 50 }))).toThrow(/category 50/);
    const numeric = { kind: "numeric", cutoffs: [5, 4, 3, 2] };
    expect(() => modelFromJSON(variant({ bounds: numeric, points: [0, 0, 0, 0, 0], missing: false }))).toThrow(
      /ascending/,
    );
  });

  test("a saved model holds no more of the patients than cut-offs and codes", () => {
    expect(Object.keys(JSON.parse(JSON.stringify(model)).variables[0]).toSorted()).toEqual([
      "bounds",
      "column",
      "common",
      "missing",
      "name",
      "points",
    ]);
    expect(() => {
      (model.table[0] as { points: number }).points = 7;
    }).toThrow();
  });
});

test("it describes itself for the report", () => {
  const { title, facts, features, warnings } = model.describe();
  expect(title).toBe("AutoScore, an integer score");
  expect(facts).toContainEqual({ name: "Variables", value: 4 });
  expect(facts).toContainEqual({ name: "Probabilities fitted on", value: "tuning rows" });
  expect(facts).toContainEqual({ name: "Ranked by", value: "random forest importance" });
  expect(features.map(({ name }) => name)).toEqual(featureNames);
  expect(features.reduce((sum, { weight }) => sum + weight, 0)).toBe(model.highestScore);
  expect(features[0]).toEqual({ name: "noise1", weight: 0 });
  expect(warnings).toEqual([]);
});

describe("what cannot be used is refused, by name", () => {
  const { x, y } = visits(60, 6);
  const small = { x, y, featureNames };
  const refuses = async (wrong: object, settings: object, message: RegExp) => {
    await expect(trainAutoScore({ ...small, ...wrong }, { variables: ["age"], ...settings })).rejects.toThrow(message);
  };

  test("tables and outcomes", async () => {
    await refuses({ y: y.map(() => 0) }, {}, /Only one outcome/);
    await refuses({ y: y.slice(1) }, {}, /59 labels/);
    await refuses({ y: Array.from(y, (label) => label + 1) }, {}, /neither 0 nor 1/);
    await refuses({ featureNames: ["age"] }, {}, /1 names were given for 8 columns/);
    await refuses({ x: { ...x, rows: 0 } }, {}, /0 rows/);
    await refuses({ x: { ...x, rows: 61 } }, {}, /61 × 8/);
    const data = x.data.slice();
    data[9] = Number.POSITIVE_INFINITY;
    await refuses({ x: { ...x, data } }, {}, /age holds infinity/);
    await refuses({ tuning: { x, y: y.map(() => 1) } }, {}, /tuning.y/);
    await refuses({ tuning: { x: { ...x, columns: 7 }, y } }, {}, /tuning.x/);
    expect(() => model.score({ rows: 1, columns: 2, data: new Float64Array(2) })).toThrow(/trained on 8/);
    expect(() => model.predict({ rows: 2, columns: 8, data: new Float64Array(8) })).toThrow(/2 × 8/);
  });

  test("settings", async () => {
    await refuses({}, { variables: undefined }, /without tuning rows/);
    await refuses({}, { calibrateOn: "tuning" }, /no tuning rows/);
    await refuses({}, { calibrateOn: "moon" }, /neither tuning nor training/);
    await refuses({}, { maximum: 0 }, /maximum/);
    await refuses({}, { maximum: 9.5 }, /maximum/);
    await refuses({}, { quantiles: [0.5, 0.2] }, /quantiles/);
    await refuses({}, { quantiles: [0, 0.5] }, /quantiles/);
    await refuses({}, { quantiles: [] }, /quantiles/);
    await refuses({}, { digits: 0 }, /digits/);
    await refuses({}, { tolerance: -0.1 }, /tolerance/);
    await refuses({}, { c: 0 }, /c cannot be used/);
    await refuses({}, { seed: 0.5 }, /seed/);
    await refuses({}, { mostVariables: 0 }, /mostVariables/);
    await refuses({}, { variables: 0 }, /variables/);
    await refuses({}, { variables: 9, ranking: ["age"] }, /1 to choose from/);
    await refuses({}, { variables: [] }, /at least one column/);
    await refuses({}, { variables: ["bp"] }, /no column bp/);
    await refuses({}, { variables: ["age", "age"] }, /age is there twice/);
    await refuses({}, { ranking: ["bp"] }, /no column bp/);
    await refuses({}, { categorical: ["bp"] }, /no column bp/);
    await refuses({}, { cutoffs: { bp: [1] } }, /no column bp/);
    await refuses({}, { cutoffs: { age: [50, 40] } }, /cutoffs.age/);
    await refuses({}, { cutoffs: { age: [] } }, /cutoffs.age/);
    await refuses({}, { cutoffs: { age: [Number.NaN] } }, /cutoffs.age/);
    await refuses({}, { categorical: ["age"], cutoffs: { age: [40] } }, /codes of categories/);
  });

  test("a categorical column with more codes than a reader can use", async () => {
    const many = visits(400, 7);
    await expect(
      trainAutoScore({ ...many, featureNames }, { variables: ["age"], categorical: ["age"] }),
    ).rejects.toThrow(/at most 50/);
  });

  test("a stop is heeded", async () => {
    await expect(trainAutoScore(small, { variables: ["age"], signal: AbortSignal.abort() })).rejects.toThrow(/Stopped/);
  });
});
