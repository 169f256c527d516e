import { describe, expect, it } from "vitest";
import { BedsideError, Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { checkEnsemble } from "../check.ts";
import { predict, predictMargin } from "../predict.ts";
import { type BoostingInput, type BoostingOptions, trainBoosting } from "./index.ts";
import { aurocOf, makeScene } from "./scenes.ts";

const quick: BoostingOptions = { rounds: 10, numLeaves: 7, threads: 1 };

async function refusal(input: BoostingInput, options: BoostingOptions = {}): Promise<string> {
  const error = await trainBoosting(input, { ...quick, ...options }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BedsideError);
  return (error as BedsideError).problem.code;
}

function matrix(rows: number, columns: number, value: (row: number, column: number) => number): Matrix {
  return {
    rows,
    columns,
    data: Float64Array.from({ length: rows * columns }, (_, k) => value(Math.floor(k / columns), k % columns)),
  };
}

describe("training", () => {
  it("makes the same model, bit for bit, on one, two and three threads", async () => {
    for (const scene of [makeScene("missing", 0, 20_000, 30), makeScene("multiclass", 0, 9000)]) {
      const objective = scene.x.columns === 30 ? "binary" : "multiclass";
      const options = { ...quick, objective, rowFraction: 0.7, columnFraction: 0.6, seed: 3 } as const;
      const [one, two, three] = await Promise.all(
        [1, 2, 3].map((threads) => trainBoosting(scene, { ...options, threads })),
      );
      expect(two).toEqual(one);
      expect(three).toEqual(one);
    }
  });

  it("gives a sound ensemble whose leaves hold all rows", async () => {
    const { ensemble } = await trainBoosting(makeScene("categorical", 0, 3000), quick);
    checkEnsemble(ensemble);
    for (const tree of ensemble.trees) {
      expect(tree.cover[0]).toBe(3000);
      for (let node = 0; node < tree.feature.length; node++) {
        if (tree.feature[node] === -1) continue;
        expect(tree.cover[node]).toBe(tree.cover[tree.left[node]!]! + tree.cover[tree.right[node]!]!);
        expect(Math.min(tree.cover[tree.left[node]!]!, tree.cover[tree.right[node]!]!)).toBeGreaterThan(0);
      }
    }
  });

  it("predicts on its training rows what it added up while growing", async () => {
    // With L2 loss the mean residual of all rows is 0 once the scores are right; the log would drift otherwise.
    const train = makeScene("regression", 0, 2000);
    const { ensemble, log } = await trainBoosting(
      { ...train, tuning: train },
      { ...quick, objective: "l2", rowFraction: 0.5 },
    );
    const predicted = predict(ensemble, train.x);
    let loss = 0;
    for (let i = 0; i < predicted.length; i++) loss += (predicted[i]! - train.y[i]!) ** 2;
    expect(log.tuningLoss.at(-1)).toBeCloseTo(loss / predicted.length, 8);
    expect(log.tuningLoss.at(-1)!).toBeLessThan(log.tuningLoss[0]!);
  });

  it("takes 32-bit numbers as the same numbers in 64 bits", async () => {
    const scene = makeScene("missing", 0, 3000);
    const rounded = Float32Array.from(scene.x.data);
    const small = await trainBoosting({ ...scene, x: { ...scene.x, data: rounded } }, quick);
    const large = await trainBoosting({ ...scene, x: { ...scene.x, data: Float64Array.from(rounded) } }, quick);
    expect(small).toEqual(large);
  });

  it("treats a row of weight 3 as three rows", async () => {
    const { x, y } = makeScene("dense", 0, 3000);
    const coarse = matrix(3000, 10, (i, j) => Math.floor(20 * x.data[i * 10 + j]!));
    const weights = Float64Array.from(y, (_, i) => (i % 2 ? 3 : 1));
    const rows = [...y.keys()].flatMap((i) => (i % 2 ? [i, i, i] : [i]));
    const repeated = matrix(rows.length, 10, (i, j) => coarse.data[rows[i]! * 10 + j]!);
    const options = { ...quick, minDataInLeaf: 1, minSumHessian: 10 };
    const weighted = await trainBoosting({ x: coarse, y, weights }, options);
    const copies = await trainBoosting({ x: repeated, y: rows.map((i) => y[i]!) }, options);
    const a = predictMargin(weighted.ensemble, coarse);
    const b = predictMargin(copies.ensemble, coarse);
    expect(a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0)).toBeLessThan(1e-9);
  });

  it("gives both classes the same weight when balanced", async () => {
    const { x, y } = makeScene("imbalanced", 0, 4000);
    const plain = await trainBoosting({ x, y }, quick);
    const balanced = await trainBoosting({ x, y }, { ...quick, classWeight: "balanced" });
    const mean = (values: Float64Array) => values.reduce((a, b) => a + b) / values.length;
    expect(mean(predict(plain.ensemble, x))).toBeLessThan(0.15);
    expect(balanced.ensemble.baseScore[0]).toBeCloseTo(0, 10);
    expect(aurocOf(y, predict(balanced.ensemble, x))).toBeGreaterThan(0.85);
  });

  it("learns which way missing values go", async () => {
    const x = matrix(400, 1, (i) => (i % 4 === 0 ? Number.NaN : i % 4));
    const y = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 1 : 0));
    const { ensemble } = await trainBoosting({ x, y }, { ...quick, rounds: 50, minDataInLeaf: 5 });
    const p = predict(
      ensemble,
      matrix(4, 1, (i) => [Number.NaN, 1, 2, 3][i]!),
    );
    expect(p[0]).toBeGreaterThan(0.9);
    expect(p[1]).toBeLessThan(0.1);
    expect(p[2]).toBeLessThan(0.1);
    expect(p[3]).toBeGreaterThan(0.9);
  });

  it("sends what was never missing in training to the larger side", async () => {
    const { x, y } = makeScene("dense", 0, 2000);
    const { ensemble } = await trainBoosting({ x, y }, quick);
    for (const tree of ensemble.trees) {
      for (let node = 0; node < tree.feature.length; node++) {
        if (tree.feature[node] === -1) continue;
        const leftLarger = tree.cover[tree.left[node]!]! >= tree.cover[tree.right[node]!]!;
        expect(tree.missingLeft[node]).toBe(leftLarger ? 1 : 0);
      }
    }
  });

  it("splits on missing against present where nothing else tells", async () => {
    const x = matrix(200, 1, (i) => (i % 2 ? Number.NaN : 7));
    const y = Array.from({ length: 200 }, (_, i) => i % 2);
    const { ensemble } = await trainBoosting({ x, y }, quick);
    const p = predict(
      ensemble,
      matrix(2, 1, (i) => [7, Number.NaN][i]!),
    );
    expect(p[0]).toBeLessThan(0.3);
    expect(p[1]).toBeGreaterThan(0.7);
  });

  it("keeps to the monotone directions everywhere", async () => {
    const { x, y } = makeScene("dense", 0, 3000);
    const monotone = [1, 0, 0, 0, 1, 0, 0, 0, 0, -1];
    const { ensemble } = await trainBoosting({ x, y }, { ...quick, rounds: 40, monotone });
    for (const [column, way] of monotone.entries()) {
      if (way === 0) continue;
      for (let row = 0; row < 30; row++) {
        const grid = matrix(50, x.columns, (i, j) => (j === column ? i / 50 : x.data[row * x.columns + j]!));
        const margins = predictMargin(ensemble, grid);
        for (let i = 1; i < margins.length; i++)
          expect((margins[i]! - margins[i - 1]!) * way).toBeGreaterThanOrEqual(-1e-12);
      }
    }
  });

  it("stops early and keeps the rounds up to the best one", async () => {
    const train = makeScene("dense", 0, 600);
    const tuning = makeScene("dense", 600, 600);
    const { ensemble, log } = await trainBoosting(
      { ...train, tuning },
      { rounds: 500, numLeaves: 31, learningRate: 0.3, earlyStopping: 5, threads: 1 },
    );
    expect(log.ended).toBe("early");
    expect(log.rounds).toBe(log.bestRounds + 5);
    expect(ensemble.trees.length).toBe(log.bestRounds);
    expect(Math.min(...log.tuningLoss)).toBe(log.tuningLoss[log.bestRounds - 1]);
  });

  it("keeps to depth and leaf limits", async () => {
    const scene = makeScene("dense", 0, 3000);
    const { ensemble } = await trainBoosting(scene, { ...quick, numLeaves: 31, maxDepth: 3, minDataInLeaf: 100 });
    for (const tree of ensemble.trees) {
      const depth = new Int32Array(tree.feature.length);
      tree.feature.forEach((feature, node) => {
        if (feature === -1) return;
        depth[tree.left[node]!] = depth[node]! + 1;
        depth[tree.right[node]!] = depth[node]! + 1;
      });
      expect(Math.max(...depth)).toBeLessThanOrEqual(3);
    }
  });

  it("draws other rows and columns for another seed", async () => {
    const scene = makeScene("dense", 0, 2000);
    const options = { ...quick, rowFraction: 0.5, columnFraction: 0.5 };
    const [a, b, again] = await Promise.all([1, 2, 1].map((seed) => trainBoosting(scene, { ...options, seed })));
    expect(again).toEqual(a);
    expect(b).not.toEqual(a);
  });

  it("tells of each round and stops when asked", async () => {
    const scene = makeScene("dense", 0, 1000);
    const controller = new AbortController();
    let rounds = 0;
    const training = trainBoosting(scene, {
      ...quick,
      rounds: 1000,
      signal: controller.signal,
      onRound: ({ round }) => {
        rounds = round + 1;
        if (round === 2) controller.abort();
      },
    });
    await expect(training).rejects.toThrow(Stopped);
    expect(rounds).toBe(3);
  });
});

describe("unusual input", () => {
  it("leaves columns that never change, or are all missing, out and says which", async () => {
    const { x, y } = makeScene("dense", 0, 1000);
    const wide = matrix(1000, 12, (i, j) => (j === 10 ? 5 : j === 11 ? Number.NaN : x.data[i * 10 + j]!));
    const { ensemble, log } = await trainBoosting({ x: wide, y }, quick);
    expect(log.constantColumns).toEqual(["x10", "x11"]);
    expect(ensemble.features.length).toBe(12);
    const { ensemble: narrow } = await trainBoosting({ x, y }, quick);
    expect(predictMargin(ensemble, wide)).toEqual(predictMargin(narrow, x));
  });

  it("gives the base score alone when no column changes or no split is worth it", async () => {
    const y = Array.from({ length: 100 }, (_, i) => (i % 4 === 0 ? 1 : 0));
    for (const x of [matrix(100, 2, () => 1), matrix(100, 1, () => Number.NaN)]) {
      const { ensemble, log } = await trainBoosting({ x, y }, quick);
      expect(log.ended).toBe("no-split");
      expect(predict(ensemble, x)[0]).toBeCloseTo(0.25, 10);
    }
    const few = await trainBoosting({ x: matrix(30, 1, (i) => i), y: y.slice(0, 30) }, quick);
    expect(few.log.ended).toBe("no-split");
  });

  it("keeps the 254 most frequent of 100,000 categories apart and puts the others with the missing ones", async () => {
    const rows = 120_000;
    // Codes below 20 are frequent; the others, up to 99,999, occur about once.
    const x = matrix(rows, 1, (i) => (i % 6 === 0 ? (i / 6) % 20 : 20 + ((i * 7919) % 99_980)));
    const y = Array.from({ length: rows }, (_, i) => (i % 6 === 0 && (i / 6) % 20 < 10 ? 1 : 0));
    const { ensemble } = await trainBoosting({ x, y, categorical: ["x0"] }, quick);
    const p = predict(
      ensemble,
      matrix(4, 1, (i) => [3, 15, Number.NaN, 98_765][i]!),
    );
    expect(p[0]).toBeGreaterThan(0.5);
    expect(p[1]).toBeLessThan(0.2);
    expect(p[2]).toBe(p[3]);
  });

  it("refuses what it cannot learn from, saying what is wrong", async () => {
    const { x, y } = makeScene("dense", 0, 200);
    const set = (at: number, value: number): Matrix => ({ ...x, data: x.data.with(at, value) });
    expect(await refusal({ x: set(7, Number.POSITIVE_INFINITY), y })).toBe("trees/infinite");
    expect(await refusal({ x, y: y.map(() => 1) })).toBe("trees/one-class");
    expect(await refusal({ x, y: y.map(() => 0) })).toBe("trees/one-class");
    expect(await refusal({ x, y: y.map((label) => label + 1) })).toBe("trees/bad-label");
    expect(await refusal({ x, y: y.with(3, Number.NaN) }, { objective: "l2" })).toBe("trees/bad-label");
    expect(await refusal({ x, y: y.with(3, -1) }, { objective: "poisson" })).toBe("trees/bad-label");
    expect(await refusal({ x, y: y.map((label) => 2 * label) }, { objective: "multiclass" })).toBe("trees/one-class");
    expect(await refusal({ x, y: y.slice(1) })).toBe("trees/size-mismatch");
    expect(await refusal({ x, y, weights: y.map(() => -1) })).toBe("trees/bad-weight");
    expect(await refusal({ x, y, weights: y.map(() => 0) })).toBe("trees/bad-weight");
    expect(await refusal({ x: { rows: 0, columns: 3, data: new Float64Array(0) }, y: [] })).toBe("trees/empty");
    expect(await refusal({ x, y, categorical: [0] })).toBe("trees/bad-category");
    expect(await refusal({ x, y, categorical: ["absent"] })).toBe("trees/unknown-column");
    expect(await refusal({ x, y, featureNames: Array.from({ length: 10 }, () => "a") })).toBe(
      "trees/duplicate-feature",
    );
    expect(await refusal({ x, y }, { earlyStopping: 5 })).toBe("trees/bad-option");
    expect(await refusal({ x, y }, { numLeaves: 1 })).toBe("trees/bad-option");
    expect(await refusal({ x, y }, { monotone: [1] })).toBe("trees/bad-option");
  });
});
