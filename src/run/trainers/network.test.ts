import { describe, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import type { SequenceSet } from "../../features/index.ts";
import type { Model, SequenceModel } from "../../models/index.ts";
import { networks } from "./network.ts";
import { planOf, settingsFor, spaces } from "./space-networks.ts";
import { predictInput, type Target, type TrainingData, type TrainingRows } from "./trainer.ts";

const inputNames = ["signal", "noise"];

/** Stays of 3 to 14 hours, every hour from the second on scored; what counts is the sum of the signal so far. */
function part(
  count: number,
  seed: number,
  target: (sum: number, chance: (p: number) => boolean) => number[],
): TrainingRows {
  const stream = randomStream(seed, "rows");
  const inputs: Float32Array[] = [];
  const y: number[] = [];
  for (let s = 0; s < count; s++) {
    const hours = 3 + stream.below(12);
    const x = Float32Array.from({ length: 2 * hours }, () => stream.normal());
    inputs.push(x);
    let sum = x[0]!;
    for (let h = 1; h < hours; h++) {
      sum += x[2 * h]!;
      y.push(...target(sum, (p) => stream.chance(p)));
    }
  }
  const hours = (s: number) => Array.from({ length: inputs[s]!.length / 2 - 1 }, (_, h) => h + 1);
  const set: SequenceSet = {
    stays: count,
    lengths: Int32Array.from(inputs, (x) => x.length / 2),
    inputNames,
    fill: (s, out, at) => out.set(inputs[s]!, at),
    scored: hours,
    samples: inputs.reduce((sum, x) => sum + x.length / 2 - 1, 0),
  };
  return { x: { kind: "sequences", set }, y: Float64Array.from(y) };
}

const outcomes: Record<Target["outcome"], { target: Target; of: Parameters<typeof part>[2] }> = {
  event: {
    target: { outcome: "event", names: [], unit: "" },
    of: (sum, chance) => [chance(1 / (1 + Math.exp(2 - 2 * sum))) ? 1 : 0],
  },
  number: { target: { outcome: "number", names: [], unit: "h" }, of: (sum) => [60 + 10 * sum] },
  classes: {
    target: { outcome: "classes", names: ["low", "middle", "high"], unit: "" },
    of: (sum) => [sum < -1 ? 0 : sum < 1 ? 1 : 2],
  },
  labels: {
    target: { outcome: "labels", names: ["a", "b"], unit: "" },
    of: (sum) => [sum > 0 ? 1 : 0, sum < -1 ? 1 : 0],
  },
};

function given(outcome: Target["outcome"], more: Partial<TrainingData> = {}): TrainingData {
  const { target, of } = outcomes[outcome];
  const signal = new AbortController().signal;
  const settings = {
    search: "quick",
    mode: "corrected",
    untuned: false,
    seed: 1,
    threads: 1,
    signal,
    onProgress() {},
  } as const;
  return { train: part(120, 1, of), tuning: part(40, 2, of), target, ...settings, ...more };
}

const trainer = (id: string) => networks.find((candidate) => candidate.id === id)!;
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, v) => sum + v, 0) / values.length;

describe("networks over hours", () => {
  test("are five, over sequences, for every outcome, trained with several seeds", () => {
    expect(networks.map(({ id }) => id)).toEqual(["gru", "lstm", "tcn", "transformer", "mamba"]);
    for (const { view, outcomes: all, usesSeed } of networks) {
      expect(view).toBe("sequences");
      expect(all).toEqual(["event", "number", "classes", "labels"]);
      expect(usesSeed).toBe(true);
    }
  });

  test("predict a number in its unit, better than its mean, in both modes", async () => {
    const kept = part(80, 3, outcomes.number.of);
    const spread = mean(kept.y.map((value) => (value - 60) ** 2));
    for (const mode of ["corrected", "faithful"] as const) {
      const { model } = await trainer("gru").train(given("number", { mode }));
      const predicted = await predictInput(model, kept.x);
      expect(mean(kept.y.map((value, i) => (value - predicted[i]!) ** 2))).toBeLessThan(
        (mode === "faithful" ? 0.45 : 0.3) * spread,
      );
      const { shift, scale } = (model as SequenceModel).shape.target;
      if (mode === "faithful") expect([shift, scale]).toEqual([0, 15]);
      else expect(scale).toBeGreaterThan(20);
    }
  });

  test("give risks that are right on average in corrected mode; faithful ones, of weighted classes, are too high", async () => {
    const kept = part(150, 3, outcomes.event.of);
    const risks = async (mode: TrainingData["mode"]) => {
      const { model } = await trainer("lstm").train(given("event", { mode }));
      return mean(await predictInput(model, kept.x));
    };
    const prevalence = mean(kept.y);
    expect(Math.abs((await risks("corrected")) - prevalence)).toBeLessThan(0.07);
    expect(await risks("faithful")).toBeGreaterThan(prevalence + 0.03);
  });

  test.each(["classes", "labels"] as const)("predict %s: a probability of each", async (outcome) => {
    const { model } = await trainer(outcome === "labels" ? "lstm" : "gru").train(given(outcome));
    const kept = part(60, 3, outcomes[outcome].of);
    const width = outcomes[outcome].target.names.length;
    const said = await predictInput(model, kept.x);
    let right = 0;
    const rows = said.length / width;
    for (let i = 0; i < rows; i++) {
      const own = Array.from(said.slice(i * width, (i + 1) * width));
      if (outcome === "classes") {
        expect(own.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
        if (own.indexOf(Math.max(...own)) === kept.y[i]) right++;
      } else if (own.every((p, k) => p > 0.5 === (kept.y[i * width + k] === 1))) right++;
    }
    expect(right / rows).toBeGreaterThan(0.6);
  });

  test("stop when asked to", async () => {
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const running = trainer("gru").train(given("event", { signal: stop.signal, onProgress }));
    await expect(running).rejects.toThrow(Stopped);
  });

  test("go on from a trained model, and from none of another family", async () => {
    const { model: start } = await trainer("gru").train(given("event"));
    const { model } = await trainer("gru").train(given("event", { start, train: part(10, 7, outcomes.event.of) }));
    expect((model as SequenceModel).shape).toEqual((start as SequenceModel).shape);
    await expect(trainer("lstm").train(given("event", { start }))).rejects.toMatchObject({
      problem: { code: "run/other-model" },
    });
    await expect(trainer("gru").train(given("event", { start: { kind: "logistic" } as Model }))).rejects.toThrow();
  });

  test("take the settings that the search of another seed chose", async () => {
    const settings = { settings: { hidden: 7, layers: 1 }, learningRate: 0.01 };
    const { chosen, model } = await trainer("gru").train(given("event", { settings }));
    expect(chosen).toMatchObject({ hidden: 7, "learning rate": 0.01 });
    expect((model as SequenceModel).shape.settings).toEqual({ hidden: 7, layers: 1 });
  });
});

describe("settings of networks", () => {
  const event = { outcome: "event", perStay: true } as const;
  test("of the paper are YAIB's: rates of 1e-5 to 3e-4, batches of 64, patience of 10", () => {
    for (const [family, { space }] of Object.entries(spaces)) {
      expect(space["learningRate"]).toEqual({ type: "float", low: 1e-5, high: 3e-4, log: true });
      expect(planOf("paper", 1000, event)).toMatchObject({
        batchSize: 64,
        patience: 10,
        minDelta: 1e-4,
        weightDecay: 1e-6,
      });
      expect(settingsFor("fixed", family, 100)).toBeTruthy();
    }
    const drawn = { learningRate: 1e-4, halfWidth: 20, heads: 3, layers: 2, dropout: 0.1, attentionDropout: 0.2 };
    const heads = { heads: 3, layers: 2, dropout: 0.1, attentionDropout: 0.2 };
    expect(spaces["transformer"]!.settingsOf(drawn)).toEqual({ ...heads, width: 40, headSize: 40 });
  });

  test("of a quick training are fewer epochs for more stays", () => {
    const epochs = (stays: number) => planOf("quick", stays, event).epochs;
    expect(epochs(100)).toBeGreaterThan(epochs(3000));
    expect(epochs(50_000)).toBe(epochs(500_000));
  });
});
