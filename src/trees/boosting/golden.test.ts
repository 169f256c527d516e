// Trained models beside LightGBM's on the same made-up tables, with the same settings and bins.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { predictMargin } from "../predict.ts";
import type { BoostingOptions } from "./index.ts";
import { trainBoosting } from "./index.ts";
import { objectiveOf } from "./objectives.ts";
import { boostingSettings } from "./options.ts";
import { aurocOf, makeScene, type SceneName } from "./scenes.ts";

interface Case {
  scene: SceneName;
  objective: NonNullable<BoostingOptions["objective"]>;
  options: BoostingOptions;
  rounds: number;
  loss: number;
  auroc?: number;
  /** Whether LightGBM's rules for the fewest rows of a leaf come to the same. */
  sameTrees: boolean;
  margins: number[];
}
const golden = JSON.parse(readFileSync(new URL("golden/lightgbm.json", import.meta.url), "utf8")) as {
  rows: number;
  testRows: number;
  cases: Case[];
};

describe("beside LightGBM with the same settings", () => {
  for (const { scene, objective, options, rounds, loss, auroc, margins, sameTrees } of golden.cases) {
    const said = Object.keys(options).join(", ");
    it(`${sameTrees ? "grows the same trees on" : "does as well on"} ${scene}, objective ${objective}${said && `, with ${said}`}`, async () => {
      const train = makeScene(scene, 0, golden.rows);
      const test = makeScene(scene, golden.rows, golden.testRows);
      // LightGBM spends one of its 255 bins on the value zero, which these tables do not hold.
      const settings = { numLeaves: 15, rounds, objective, maxBins: 254, threads: 2, ...options };
      const { ensemble } = await trainBoosting(train, settings);
      const margin = predictMargin(ensemble, test.x);
      const { outputs } = ensemble;
      const scores = Array.from({ length: outputs }, (_, k) =>
        Float64Array.from({ length: test.x.rows }, (_, i) => margin[i * outputs + k]!),
      );
      const own = objectiveOf(boostingSettings(settings, test.x.columns), outputs);
      let sum = 0;
      for (let i = 0; i < test.x.rows; i++) sum += own.rowLoss(scores, test.y, i);
      const ownLoss = sum / test.x.rows;
      if (process.env["TREES_SHOW"]) {
        const far = margins.map((value, k) => Math.abs(value - margin[k]!));
        console.log(scene, objective, said, "loss", ownLoss, loss, "margins", Math.max(...far).toExponential(2));
      }
      expect(Math.abs(ownLoss / loss - 1)).toBeLessThan(sameTrees ? 1e-4 : 0.03);
      if (sameTrees)
        margins.forEach((value, k) => {
          expect(Math.abs(margin[k]! - value)).toBeLessThan(1e-3);
        });
      if (auroc === undefined) return;
      const aurocs = scores.map((score, k) =>
        aurocOf(outputs === 1 ? test.y : test.y.map((label) => (label === k ? 1 : 0)), score),
      );
      const ownAuroc = aurocs.reduce((a, b) => a + b) / aurocs.length;
      if (process.env["TREES_SHOW"]) console.log(scene, "auroc", ownAuroc, auroc);
      expect(Math.abs(ownAuroc - auroc)).toBeLessThan(0.002);
    });
  }
});
