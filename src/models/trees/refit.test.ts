import { expect, test } from "vitest";
import { randomStream } from "../../core/random.ts";
import { logLoss } from "../../metrics/index.ts";
import { predict, trainBoosting } from "../../trees/index.ts";
import { refitTrees } from "./refit.ts";

/** Rows whose event has become less common at one place than at the other. */
function rows(count: number, seed: number, shift: number) {
  const random = randomStream(seed, "refit");
  const data = new Float64Array(2 * count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    data[2 * i] = random.normal();
    data[2 * i + 1] = random.chance(0.2) ? Number.NaN : random.normal();
    y[i] = random.chance(1 / (1 + Math.exp(-data[2 * i]! * 1.5 - shift))) ? 1 : 0;
  }
  return { x: { rows: count, columns: 2, data }, y };
}

const there = rows(2000, 1, 0);
const here = rows(600, 2, -2);
const later = rows(2000, 3, -2);
const settings = { rounds: 40, numLeaves: 6, learningRate: 0.1, threads: 1, boostFromAverage: true };

test("leaves that keep all their old weight stay as they are", async () => {
  const { ensemble } = await trainBoosting(there, settings);
  const same = refitTrees(ensemble, here.x, here.y, { decay: 1, learningRate: 0.1 });
  expect([...predict(same, later.x)]).toEqual([...predict(ensemble, later.x)]);
});

test("refitted on the rows it was trained on, with no old weight, an ensemble is the same again", async () => {
  const { ensemble } = await trainBoosting(there, settings);
  const again = refitTrees(ensemble, there.x, there.y, { decay: 0, learningRate: 0.1 });
  const [before, after] = [predict(ensemble, later.x), predict(again, later.x)];
  before.forEach((p, i) => {
    expect(Math.abs(p - after[i]!)).toBeLessThan(1e-4);
  });
});

test("refitted on rows of another place, it predicts that place better", async () => {
  const { ensemble } = await trainBoosting(there, settings);
  const moved = refitTrees(ensemble, here.x, here.y, { decay: 0.2, learningRate: 0.1, lambdaL2: 1 });
  expect(logLoss(later.y, predict(moved, later.x))).toBeLessThan(logLoss(later.y, predict(ensemble, later.x)) - 0.05);
  expect(moved.trees[0]!.feature).toBe(ensemble.trees[0]!.feature);
});
