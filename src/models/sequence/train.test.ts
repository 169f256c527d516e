import { describe, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { adam, type CheckpointStore } from "../../nn/index.ts";
import { nodeRuntime } from "../../tensor/node.ts";
import { setOf } from "./fixture.ts";
import {
  logitsOf,
  type SequenceFamily,
  type SequenceShape,
  type SequenceTarget,
  sequenceModel,
  startingWeights,
  trainSequenceModel,
} from "./index.ts";
import type { SequenceTrainingOptions } from "./train.ts";

const shared = nodeRuntime({ threads: 1, spinning: false });
const inputNames = ["signal", "noise"];
const event: SequenceTarget = { outcome: "event", names: [], unit: "" };

/** Stays of 2 to 30 hours; an hour has the event with a chance that follows the mean of the last five signals. */
function stays(count: number, seed: number) {
  const stream = randomStream(seed, "stays");
  const inputs: Float32Array[] = [];
  const [y, totals, now]: [number[], number[], number[]] = [[], [], []];
  for (let s = 0; s < count; s++) {
    const hours = 2 + stream.below(29);
    const x = Float32Array.from({ length: 2 * hours }, () => stream.normal());
    inputs.push(x);
    for (let h = 0; h < hours; h++) {
      let sum = 0;
      for (let back = 0; back < 5 && back <= h; back++) sum += x[2 * (h - back)]!;
      y.push(stream.chance(1 / (1 + Math.exp(1 - 1.5 * sum))) ? 1 : 0);
      totals.push(sum);
      now.push(x[2 * h]!);
    }
  }
  return { set: setOf(inputs, inputNames), y, totals, now };
}

/** The chance that an event has more than another hour. */
function area(y: readonly number[], scores: ArrayLike<number>): number {
  const order = y.map((_, i) => i).sort((a, b) => scores[a]! - scores[b]!);
  let [below, wins] = [0, 0];
  for (const i of order) {
    if (y[i]) wins += below;
    else below++;
  }
  return wins / (below * (y.length - below));
}

const [train, tuning, kept] = [stays(200, 1), stays(60, 2), stays(150, 3)];
const settings: Record<SequenceFamily, Record<string, unknown>> = {
  gru: { hidden: 16, layers: 1 },
  lstm: { hidden: 16, layers: 1 },
  tcn: { channels: 16, kernel: 3, steps: 24, dropout: 0.05 },
  transformer: { width: 16, heads: 2, layers: 2 },
  mamba: { width: 16, layers: 1, version: 2, states: 16, headSize: 16, chunk: 16 },
};
const shapeOf = (family: SequenceFamily, target = event): SequenceShape => ({
  family,
  settings: settings[family],
  inputNames,
  target,
});
const options = (more: Partial<SequenceTrainingOptions> = {}): SequenceTrainingOptions => ({
  runtime: () => shared,
  seed: 1,
  epochs: 6,
  batchSize: 10,
  optimiser: adam({ learningRate: 0.01 }),
  clipNorm: 1,
  ...more,
});

describe.each(Object.keys(settings) as SequenceFamily[])("%s", (family) => {
  test("learns what lies in the hours before, which the hour itself does not tell", async () => {
    const { model, epochs } = await trainSequenceModel(shapeOf(family), { train, tuning }, options());
    expect(epochs.length).toBe(6);
    const reached = area(kept.y, await model.predict(kept.set));
    expect(area(kept.y, kept.totals)).toBeGreaterThan(0.9);
    expect(area(kept.y, kept.now)).toBeLessThan(0.75);
    expect(reached).toBeGreaterThan(0.84);
  });
});

describe("a training over hours", () => {
  test("learns a number, in its own unit", async () => {
    const number = (part: typeof train) => ({ set: part.set, y: part.totals.map((sum) => 500 + 40 * sum) });
    const target: SequenceTarget = { outcome: "number", names: [], unit: "h", shift: 500, scale: 90 };
    const given = { train: number(train), tuning: number(tuning) };
    const { model } = await trainSequenceModel(shapeOf("gru", target), given, options());
    const predicted = await model.predict(kept.set);
    const truth = number(kept).y;
    const error = truth.reduce((sum, value, i) => sum + Math.abs(value - predicted[i]!), 0) / truth.length;
    expect(error).toBeLessThan(25);
  });

  test("learns one label a stay as well, at its last hour", async () => {
    const last = (part: typeof train) => {
      const inputs = [...part.set.lengths].map((hours, s) => {
        const x = new Float32Array(2 * hours);
        part.set.fill(s, x, 0);
        return x;
      });
      let end = 0;
      const y = [...part.set.lengths].map((hours) => {
        end += hours;
        return part.y[end - 1]!;
      });
      return {
        set: setOf(inputs, inputNames, (s) => [part.set.lengths[s]! - 1]),
        y,
      };
    };
    const { model } = await trainSequenceModel(
      shapeOf("gru"),
      { train: last(stays(700, 4)), tuning: last(tuning) },
      options({ epochs: 6 }),
    );
    const test = last(stays(300, 5));
    const risks = await model.predict(test.set);
    expect(risks.length).toBe(300);
    expect(area(test.y, risks)).toBeGreaterThan(0.8);
  });

  test("gives the same bits for a seed and others for another, and the best epoch's weights", async () => {
    const made = async (seed: number) =>
      trainSequenceModel(shapeOf("gru"), { train, tuning }, options({ seed, epochs: 3 }));
    const first = await made(1);
    expect(JSON.stringify((await made(1)).model)).toBe(JSON.stringify(first.model));
    expect(JSON.stringify((await made(2)).model)).not.toBe(JSON.stringify(first.model));
    expect(first.tuningLoss).toBe(Math.min(...first.epochs.map(({ tuning: loss }) => loss!)));
  });

  test("stops within an epoch when asked to, and goes on to the same bits", async () => {
    const whole = await trainSequenceModel(shapeOf("gru"), { train, tuning }, options({ epochs: 3 }));
    let bytes: Uint8Array | undefined;
    const checkpoint: CheckpointStore = {
      load: async () => bytes,
      save: async (next) => {
        bytes = next;
      },
    };
    const stop = new AbortController();
    const stopping = options({
      epochs: 3,
      checkpoint,
      signal: stop.signal,
      onEpoch: ({ epoch }) => epoch === 1 && stop.abort(),
    });
    await expect(trainSequenceModel(shapeOf("gru"), { train, tuning }, stopping)).rejects.toThrow(Stopped);
    const rest = await trainSequenceModel(shapeOf("gru"), { train, tuning }, options({ epochs: 3, checkpoint }));
    expect(JSON.stringify(rest.model)).toBe(JSON.stringify(whole.model));
  });

  test("ends after its patience, counting gains beyond the least one only", async () => {
    const patient = options({ epochs: 40, patience: 2, minDelta: 10 });
    const { epochs, stoppedEarly } = await trainSequenceModel(shapeOf("gru"), { train, tuning }, patient);
    expect(stoppedEarly).toBe(true);
    expect(epochs.length).toBe(3);
  });

  test("goes on from weights given", async () => {
    const first = await trainSequenceModel(shapeOf("gru"), { train, tuning }, options({ epochs: 4 }));
    const next = await trainSequenceModel(
      shapeOf("gru"),
      { train, tuning },
      options({ epochs: 1, weights: first.weights, optimiser: adam({ learningRate: 1e-6 }) }),
    );
    expect(Math.abs(next.tuningLoss - first.tuningLoss)).toBeLessThan(0.01);
  });

  test("may begin at the average of its targets", async () => {
    const judge = (target: SequenceTarget, y: readonly number[]) => {
      const inputs = [Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0)];
      const set = setOf(inputs, inputNames);
      const shape = shapeOf("gru", target);
      const weights = startingWeights(shape, y, 1).set("head.weight", new Float32Array(16 * logitsOf(target)));
      return sequenceModel(shape, weights, () => shared, { facts: [], warnings: [] }).predict(set);
    };
    const said = async (target: Partial<SequenceTarget>, y: number[]) =>
      [...(await judge({ ...event, ...target }, y))]
        .slice(0, logitsOf({ ...event, ...target }))
        .map((v) => Number(v.toFixed(5)));
    expect(await said({}, [0, 0, 0, 1])).toEqual([0.25]);
    expect(await said({ classWeights: [1, 3] }, [0, 0, 0, 1])).toEqual([0.5]);
    expect(await said({ outcome: "number", shift: 5, scale: 10 }, [20, 40])).toEqual([30]);
    expect(await said({ outcome: "classes", names: ["a", "b", "c"] }, [0, 1, 1, 2])).toEqual([0.25, 0.5, 0.25]);
    expect(await said({ outcome: "labels", names: ["a", "b"] }, [0, 1, 1, 1, 0, 1, 0, 0])).toEqual([0.25, 0.75]);
  });
});
