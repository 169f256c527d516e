// The training loop: batches, steps, tuning after each epoch, early stopping, checkpoints that go on bit by bit.
import { BedsideError, Stopped } from "../core/errors.ts";
import { randomStream } from "../core/random.ts";
import type { Elements, Executor, Runtime } from "../tensor/index.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { kindOf, type Rows } from "./data.ts";
import { type AnyModule, checkWeights, initialWeights, type Weights } from "./module.ts";
import { fillNoise } from "./noise.ts";
import { adam, type Optimiser } from "./optimisers.ts";
import { constantRate, type Schedule } from "./schedules.ts";
import { type BatchSource, type Feed, isSource, rowsSource } from "./source.ts";
import { fieldInput, type LossOf, type TrainingProgram, trainingProgram, weightInput } from "./training-program.ts";

/** Where checkpoints are kept. The loop knows no file. */
export interface CheckpointStore {
  load(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
}

/** What is known after an epoch. */
export interface Epoch {
  epoch: number;
  /** Steps made so far. */
  step: number;
  /** Mean loss of the epoch's batches, by rows. */
  loss: number;
  /** What `tune` gave, where there is one: lower is better. */
  tuning: number | undefined;
}

export interface TrainOptions {
  runtime: Runtime;
  /** Rows of one shape, or what makes its own batches (then `batchSize`, `dropLast` and `shuffle` are its own matter). */
  rows: Rows | BatchSource;
  loss: LossOf;
  seed: number;
  epochs: number;
  batchSize: number;
  optimiser?: Optimiser;
  schedule?: Schedule;
  clipNorm?: number;
  frozen?: readonly string[];
  /** Leaves out a last, smaller batch. Default false: it is compiled for its own size. */
  dropLast?: boolean;
  /** Default true. */
  shuffle?: boolean;
  /** First weights. Default: drawn from the seed. */
  weights?: Weights;
  /** Scores weights on tuning patients after each epoch, lower is better. Then the best epoch's weights are given. */
  tune?(weights: Weights, epoch: number): Promise<number>;
  /** Stops after that many epochs without a better score. Needs `tune`. Default: never. */
  patience?: number;
  /** A score counts as better for `patience` where it is lower by more than this. Default 0. */
  minDelta?: number;
  /**
   * Keeps a running mean of the weights over the steps, this share of it at every step (less at first), and tunes and gives
   * that mean (Polyak and Juditsky 1992): less noise of the last batches. 0.98, say. Default: none.
   */
  averaging?: number;
  checkpoint?: CheckpointStore;
  /** Steps between checkpoints within an epoch. Default: at the end of each epoch only. */
  checkpointEvery?: number;
  signal?: AbortSignal;
  onEpoch?(epoch: Epoch): void;
  onStep?(step: number, total: number, loss: number): void;
}

/** A trained model: immutable. */
export interface TrainedNetwork {
  /** The best epoch's weights where tuning chose, else the last. */
  weights: Map<string, Float32Array>;
  bestEpoch: number;
  epochs: Epoch[];
  stoppedEarly: boolean;
}

/**
 * Trains a model. The same seed, rows and settings give the same weights bit for bit on one machine, whether or not the
 * training was interrupted and went on from a checkpoint.
 * @throws BedsideError `nn/not-finite` when a loss is not a number: with the step, the last losses and the row numbers.
 * @throws Stopped when the signal asks; with a checkpoint store, the next call goes on from there.
 */
export async function train(model: AnyModule, options: TrainOptions): Promise<TrainedNetwork> {
  const { rows, seed, epochs, schedule = constantRate(), tune, patience, minDelta = 0, signal } = options;
  const source = isSource(rows) ? rows : rowsSource(rows, options);
  const perEpoch = source.batches(seed, 0).length;
  if (perEpoch === 0) throw new BedsideError({ code: "nn/no-rows", what: "There are no rows to train on" });
  const state = await startingPoint(model, options);
  const total = perEpoch * epochs;
  const steps = new Steps(model, options, source, state);
  try {
    while (state.epoch < epochs && !state.finished) {
      const batches = source.batches(seed, state.epoch);
      while (state.batch < batches.length) {
        if (signal?.aborted) {
          await steps.save();
          throw new Stopped();
        }
        const batch = batches[state.batch]!;
        const rate = (options.optimiser ?? adam()).learningRate * schedule(state.step, total);
        const loss = await steps.run(batch, rate);
        state.lossSum += loss * batch.length;
        state.lossRows += batch.length;
        state.batch++;
        options.onStep?.(state.step, total, loss);
        const { checkpointEvery } = options;
        if (checkpointEvery && state.step % checkpointEvery === 0 && state.batch < batches.length) await steps.save();
      }
      const tuning = tune ? await tune(steps.result(), state.epoch) : undefined;
      const epoch: Epoch = { epoch: state.epoch, step: state.step, loss: state.lossSum / state.lossRows, tuning };
      state.history.push(epoch);
      options.onEpoch?.(epoch);
      const best = state.history[state.bestEpoch]?.tuning;
      if (tuning !== undefined && (state.best === undefined || best === undefined || tuning < best)) {
        state.bestEpoch = state.epoch;
        state.best = steps.result();
      }
      if (patience !== undefined && state.epoch - lastGain(state.history, minDelta) >= patience) state.finished = true;
      Object.assign(state, { epoch: state.epoch + 1, batch: 0, lossSum: 0, lossRows: 0 });
      await steps.save();
    }
    const chosen = state.best ?? steps.result();
    return {
      weights: chosen,
      bestEpoch: state.best ? state.bestEpoch : state.epoch - 1,
      epochs: state.history,
      stoppedEarly: state.finished,
    };
  } finally {
    await steps.close();
  }
}

/** The last epoch whose score was lower than all before by more than `minDelta`; the present one where none has a score. */
function lastGain(history: readonly Epoch[], minDelta: number): number {
  let gained = history.length - 1;
  let least = Number.POSITIVE_INFINITY;
  for (const { epoch, tuning } of history) {
    if (tuning === undefined || !(tuning < least - minDelta)) continue;
    [gained, least] = [epoch, tuning];
  }
  return gained;
}

async function startingPoint(
  model: AnyModule,
  { checkpoint, weights, seed, batchSize }: TrainOptions,
): Promise<Checkpoint> {
  const saved = await checkpoint?.load();
  if (saved) {
    const state = readCheckpoint(saved);
    checkWeights(model, state.weights);
    if (state.seed !== seed || state.batchSize !== batchSize) {
      throw new BedsideError({
        code: "nn/other-checkpoint",
        what: "The checkpoint belongs to another training",
        why: `it has seed ${state.seed} and batches of ${state.batchSize}, not ${seed} and ${batchSize}`,
        fix: "give the same settings, or remove the checkpoint",
      });
    }
    return state;
  }
  const first = new Map(weights ?? initialWeights(model, (name) => randomStream(seed, "weights", name)));
  checkWeights(model, first);
  return {
    seed,
    batchSize,
    step: 0,
    epoch: 0,
    batch: 0,
    lossSum: 0,
    lossRows: 0,
    bestEpoch: 0,
    best: undefined,
    finished: false,
    history: [],
    weights: first,
    slots: new Map(),
    average: undefined,
  };
}

/** The first steps are forgotten sooner: after `step` of them (1 + step) / (10 + step) of the mean is kept. */
const AVERAGING_BEGINS = 10;

function copied(weights: Weights): Map<string, Float32Array> {
  return new Map([...weights].map(([name, values]) => [name, values.slice()]));
}

/** Runs steps, with one compiled program for each size of batch; weights move between them. */
class Steps {
  private readonly model: AnyModule;
  private readonly options: TrainOptions;
  private readonly source: BatchSource;
  private readonly state: Checkpoint;
  private readonly optimiser: Optimiser;
  private readonly compiled = new Map<string, { made: TrainingProgram; executor: Executor }>();
  private active: { made: TrainingProgram; executor: Executor } | undefined;
  private readonly lastLosses: number[] = [];

  constructor(model: AnyModule, options: TrainOptions, source: BatchSource, state: Checkpoint) {
    this.model = model;
    this.options = options;
    this.source = source;
    this.state = state;
    this.optimiser = options.optimiser ?? adam();
  }

  async run(batch: Int32Array, rate: number): Promise<number> {
    const { seed } = this.options;
    const feed = this.source.feed(batch);
    const { made, executor } = await this.for(feed);
    const step = this.state.step + 1;
    const inputs: Record<string, Elements> = { "step/rate": Float32Array.of(rate) };
    for (const [name, { data }] of Object.entries(feed.fields)) inputs[fieldInput(name)] = data;
    for (const [i, value] of this.optimiser.scalars(step).entries()) inputs[`step/scalar${i}`] = Float32Array.of(value);
    for (const [i, { name, size }] of made.noise.entries())
      inputs[name] = fillNoise(new Float32Array(size), seed, step, i);
    const { loss } = await executor.run(inputs);
    const value = loss![0]!;
    if (!Number.isFinite(value)) throw this.notFinite(step, value, batch);
    this.lastLosses.push(value);
    if (this.lastLosses.length > 5) this.lastLosses.shift();
    this.state.step = step;
    this.average(made, executor);
    return value;
  }

  /** Moves the mean of the weights towards the present ones. */
  private average({ weights }: TrainingProgram, executor: Executor): void {
    const { averaging } = this.options;
    if (averaging === undefined) return;
    const { state } = this;
    const kept = Math.min(averaging, (1 + state.step) / (AVERAGING_BEGINS + state.step));
    state.average ??= copied(state.weights);
    for (const name of weights) {
      const mean = state.average.get(name)!;
      const now = executor.state(weightInput(name));
      for (let i = 0; i < mean.length; i++) mean[i] = kept * mean[i]! + (1 - kept) * now[i]!;
    }
  }

  /** A copy of what is trained: the mean of the weights where one is kept, else the present ones. */
  result(): Map<string, Float32Array> {
    this.pull();
    return copied(this.state.average ?? this.state.weights);
  }

  async save(): Promise<void> {
    if (!this.options.checkpoint) return;
    this.pull();
    await this.options.checkpoint.save(writeCheckpoint(this.state));
  }

  async close(): Promise<void> {
    for (const { executor } of this.compiled.values()) await executor.close();
  }

  private async for({ key, batchSize, fields: given }: Feed) {
    let entry = this.compiled.get(key);
    if (!entry) {
      const { optimiser } = this;
      const { loss, runtime, clipNorm, frozen } = this.options;
      const fields = Object.fromEntries(
        Object.entries(given).map(([name, field]) => [name, { shape: field.shape, kind: kindOf(field) }]),
      );
      const made = trainingProgram(this.model, loss, {
        optimiser,
        batchSize,
        fields,
        ...(clipNorm === undefined ? {} : { clipNorm }),
        ...(frozen ? { frozen } : {}),
      });
      entry = { made, executor: await runtime.compile(made.program, { state: made.state }) };
      this.compiled.set(key, entry);
    }
    if (this.active !== entry) {
      this.pull();
      const { made, executor } = entry;
      for (const name of made.weights) executor.setState(weightInput(name), this.state.weights.get(name)!);
      for (const { name, shape } of made.slots) {
        const zeros = () => new Float32Array(shape.reduce((product, n) => product * n, 1));
        executor.setState(name, this.state.slots.get(name) ?? zeros());
      }
      this.active = entry;
    }
    return entry;
  }

  /** Copies weights and slots out of the running program. */
  private pull(): void {
    if (!this.active) return;
    const { made, executor } = this.active;
    for (const name of made.weights) this.state.weights.set(name, executor.state(weightInput(name)).slice());
    for (const { name } of made.slots) this.state.slots.set(name, executor.state(name).slice());
  }

  private notFinite(step: number, value: number, batch: Int32Array): BedsideError {
    const rows = [...batch.slice(0, 20)].join(", ");
    return new BedsideError({
      code: "nn/not-finite",
      what: `The loss at step ${step} is ${value}`,
      where: `rows ${rows}${batch.length > 20 ? ` and ${batch.length - 20} more` : ""} of the training set`,
      why:
        this.lastLosses.length > 0
          ? `the losses before it were ${this.lastLosses.map((x) => x.toPrecision(4)).join(", ")}`
          : "it is the first step",
      fix: "look for values that are not finite in these rows; else take a smaller learning rate or clip the gradients",
    });
  }
}
