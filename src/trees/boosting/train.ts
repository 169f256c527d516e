// Trains boosted trees: rounds of trees, each grown on what the ones before left undone. Knows no histogram.
import { Stopped } from "../../core/errors.ts";
import type { Matrix } from "../../core/matrix.ts";
import { randomStream } from "../../core/random.ts";
import { childOf, type Tree, type TreeEnsemble } from "../ensemble.ts";
import { nextTurn } from "../next-turn.ts";
import type { Kernel } from "../wasm/index.ts";
import { kernelOn } from "../wasm/index.ts";
import { args, LEAF_ROW_BYTES, NODE_BYTES, nodeFields } from "../wasm/layout.ts";
import { availableThreads, startThreads } from "../workers.ts";
import { type BoostingInput, type CheckedInput, checkInput } from "./check.ts";
import { type GrownTree, growTree, makeRoom, PARTITION_ROWS, type Room, treeOf } from "./grow.ts";
import { type Objective, objectiveOf, quantileOf } from "./objectives.ts";
import { type BoostingOptions, type BoostingSettings, boostingSettings } from "./options.ts";
import type { Units } from "./split.ts";
import { type BinnedTable, binTable, type TableColumn } from "./table.ts";

/** Rows of one item where rows are handled one by one. */
const ROW_CHUNK = 8192;

/** No sum of gradients or hessians reaches 2 to this: below 2^51 sums are exact as 64-bit floats too. */
const SUM_BITS = 50;

/** How a training went. */
export interface BoostingLog {
  /** Mean loss on the tuning data after each round; empty without tuning data. */
  readonly tuningLoss: readonly number[];
  /** Rounds in the ensemble: up to the best one on tuning data when stopping early, else all. */
  readonly bestRounds: number;
  /** Rounds grown. */
  readonly rounds: number;
  /** Why it ended: all rounds grown; the tuning loss rose; no split was worth it. */
  readonly ended: "rounds" | "early" | "no-split";
  /** Columns that were left out because they never change. */
  readonly constantColumns: readonly string[];
}

export interface BoostingResult {
  readonly ensemble: TreeEnsemble;
  readonly log: BoostingLog;
}

/**
 * Trains gradient-boosted trees on histograms, leaf by leaf, as LightGBM does (Ke et al., NeurIPS 2017).
 *
 * A missing value (NaN) follows the direction learned at each split, or the larger side where nothing was missing in
 * training. Columns that never change and columns without values take no part. The model is the same, bit for bit, for
 * the same input, settings and seed, whatever the number of threads.
 *
 * @param input `x` rows × columns, read in place; `y` one label a row: 0 or 1 (`binary`), 0 … classes − 1, each occurring
 *   (`multiclass`), 0 or more (`poisson`), else any finite number; optional `weights`, `featureNames`, `categorical`
 *   columns (by name or number; their values are codes 0, 1, …; the 254 most frequent get a bin, the others go with
 *   the missing ones) and `tuning` data for the log and for early stopping.
 * @throws BedsideError `trees/empty`, `trees/size-mismatch`, `trees/bad-label`, `trees/one-class`, `trees/bad-weight`,
 *   `trees/bad-option`, `trees/infinite`, `trees/bad-category`, `trees/unknown-column`, `trees/duplicate-feature`,
 *   `trees/too-large`; `Stopped` on abort.
 * @example
 * const { ensemble, log } = await trainBoosting({ x, y }, { rounds: 200, numLeaves: 15, seed: 1 });
 */
export async function trainBoosting(input: BoostingInput, options: BoostingOptions = {}): Promise<BoostingResult> {
  const settings = boostingSettings(options, input.x.columns);
  const checked = checkInput(input, settings);
  if (settings.signal?.aborted) throw new Stopped();
  const threads = Math.max(1, settings.threads ?? (await availableThreads()));
  const kernel = kernelOn(await startThreads(threads));
  try {
    return await new Training(kernel, checked, settings).run();
  } finally {
    kernel.close();
  }
}

class Training {
  private readonly kernel: Kernel;
  private readonly input: CheckedInput;
  private readonly settings: BoostingSettings;
  private readonly objective: Objective;
  private readonly table: BinnedTable;
  private readonly room: Room;
  private readonly scoreAt: number[];
  private readonly gradients: number;
  private readonly hessians: number;
  private readonly labels: number;
  private readonly weights: number;
  private readonly outside: number;
  private readonly leafTable: number;
  private readonly leafValues: number;
  private readonly nodes: number;
  private readonly base: Float64Array;
  private readonly tuningScores: Float64Array[];
  private readonly trees: Tree[] = [];
  private units: Units = { gradient: 1, hessian: 1, countShift: 32 };
  /** Rows in hand; below all rows when they are sampled. */
  private count: number;

  constructor(kernel: Kernel, input: CheckedInput, settings: BoostingSettings) {
    this.kernel = kernel;
    this.input = input;
    this.settings = settings;
    const { x, y, weights, names, categorical, classes, tuning } = input;
    const { rows } = x;
    this.objective = objectiveOf(settings, classes);
    const { outputs } = this.objective;
    this.table = binTable(kernel, x, { ...settings, names, categorical });
    this.room = makeRoom(kernel, this.table, settings.numLeaves);
    this.scoreAt = Array.from({ length: outputs }, () => kernel.allocate(rows * 8));
    const binary = settings.objective === "binary";
    this.gradients = binary ? 0 : kernel.allocate(rows * 8);
    this.hessians = binary ? 0 : kernel.allocate(rows * 8);
    this.labels = binary ? kernel.allocate(rows) : 0;
    this.weights = binary && weights ? kernel.allocate(rows * 8) : 0;
    this.outside = settings.rowFraction < 1 ? kernel.allocate(rows * 4) : 0;
    this.leafTable = kernel.allocate(settings.numLeaves * LEAF_ROW_BYTES);
    this.leafValues = kernel.allocate(settings.numLeaves * 8);
    this.nodes = kernel.allocate(settings.numLeaves * NODE_BYTES);
    if (this.labels) kernel.u8.set(y, this.labels);
    if (this.weights) kernel.f64.set(weights!, this.weights / 8);
    this.base = settings.boostFromAverage ? this.objective.base(y, input.baseWeights) : new Float64Array(outputs);
    for (let k = 0; k < outputs; k++) this.scores(k).fill(this.base[k]!);
    this.tuningScores = tuning ? Array.from(this.base, (value) => new Float64Array(tuning.x.rows).fill(value)) : [];
    this.count = rows;
  }

  private scores(k: number): Float64Array {
    const at = this.scoreAt[k]! / 8;
    return this.kernel.f64.subarray(at, at + this.input.x.rows);
  }

  async run(): Promise<BoostingResult> {
    const { settings, objective, table } = this;
    const losses: number[] = [];
    let best = 0;
    let ended: BoostingLog["ended"] = "rounds";
    let round = 0;
    for (; round < settings.rounds; round++) {
      await nextTurn();
      if (settings.signal?.aborted) throw new Stopped();
      const columns = this.drawColumns(round);
      this.drawRows(round);
      const grown = this.grow(columns);
      if (grown.every(({ splits }) => splits.length === 0)) {
        ended = "no-split";
        break;
      }
      for (const tree of grown) this.trees.push(treeOf(tree, settings.learningRate));
      const tuningLoss = this.input.tuning ? this.tuningLoss(grown.length) : undefined;
      if (tuningLoss !== undefined) losses.push(tuningLoss);
      settings.onRound?.({ round, rounds: settings.rounds, tuningLoss });
      if (tuningLoss === undefined) continue;
      if (tuningLoss < losses[best]! || round === 0) best = round;
      if (settings.earlyStopping && round - best >= settings.earlyStopping) {
        ended = "early";
        round++;
        break;
      }
    }
    const bestRounds = settings.earlyStopping && losses.length > 0 ? best + 1 : round;
    const used = new Set(table.columns.map(({ column }) => column));
    const { names, categorical, categories } = this.input;
    return {
      ensemble: {
        schema: 1,
        kind: "boosting",
        objective: settings.objective,
        outputs: objective.outputs,
        outputsPerTree: 1,
        baseScore: this.base,
        average: false,
        features: names.map((name, column) => {
          if (!categorical.has(column)) return { name };
          return { name, categories: categories.get(column) };
        }),
        trees: this.trees.slice(0, bestRounds * objective.outputs),
      },
      log: {
        tuningLoss: losses,
        bestRounds,
        rounds: round,
        ended,
        constantColumns: names.filter((_, column) => !used.has(column)),
      },
    };
  }

  private drawColumns(round: number): readonly TableColumn[] {
    const { columns } = this.table;
    const { columnFraction, seed } = this.settings;
    if (columnFraction >= 1) return columns;
    const taken = Math.max(1, Math.round(columns.length * columnFraction));
    const order = randomStream(seed, "columns", round).shuffle(columns.map((_, k) => k));
    const chosen = new Set(order.slice(0, taken));
    return columns.filter((_, k) => chosen.has(k));
  }

  /** Puts the rows in hand into the room: all, or a fresh draw of them, in order; the others into `outside`. */
  private drawRows(round: number): void {
    const { kernel, room, settings } = this;
    const { rows } = this.input.x;
    const words = kernel.i32;
    const at = room.rows / 4;
    if (settings.rowFraction >= 1) {
      for (let row = 0; row < rows; row++) words[at + row] = row;
      return;
    }
    const draw = round - (round % settings.rowFrequency);
    const stream = randomStream(settings.seed, "rows", draw);
    this.count = Math.max(1, Math.round(rows * settings.rowFraction));
    let inside = 0;
    for (let row = 0; row < rows; row++) {
      if (stream.uniform() * (rows - row) < this.count - inside) words[at + inside++] = row;
      else words[this.outside / 4 + row - inside] = row;
    }
  }

  /** The round's trees, one an output; all see the scores as they were before the round. */
  private grow(columns: readonly TableColumn[]): GrownTree[] {
    const { objective, settings } = this;
    const grown: GrownTree[] = [];
    if (this.table.columns.length === 0) return grown;
    const all = this.scoreAt.map((_, k) => this.scores(k));
    const before = objective.outputs > 1 ? all.map((scores) => scores.slice()) : all;
    for (let k = 0; k < objective.outputs; k++) {
      this.makePairs(before, k);
      if (k > 0) this.resetRows();
      const tree = growTree({
        kernel: this.kernel,
        table: this.table,
        room: this.room,
        settings,
        units: this.units,
        count: this.count,
        allRows: settings.rowFraction >= 1,
        columns,
      });
      if (objective.renewAt !== undefined) this.renew(tree, all[k]!, objective.renewAt);
      if (tree.splits.length > 0) this.raiseScores(tree, k);
      grown.push(tree);
    }
    return grown;
  }

  private resetRows(): void {
    const { kernel, room, count } = this;
    // Growing has put the rows in leaf order; sorting brings them back.
    const at = room.rows / 4;
    kernel.i32.subarray(at, at + count).sort();
  }

  /** Gradient and hessian pairs of output k in fixed point, and what their units are. */
  private makePairs(scores: readonly Float64Array[], k: number): void {
    const { kernel, room, settings, objective } = this;
    const { y, weights, x } = this.input;
    const words = kernel.i32;
    words[args.pairs / 4] = room.pairs;
    words[args.rowCount / 4] = x.rows;
    words[args.chunkRows / 4] = ROW_CHUNK;
    if (settings.objective === "binary") {
      const { largestWeight, totalWeight } = this.input;
      this.setUnits(largestWeight, totalWeight / 4);
      words[args.scores / 4] = this.scoreAt[0]!;
      words[args.labels / 4] = this.labels;
      words[args.weights / 4] = this.weights;
      kernel.run("binary", Math.ceil(x.rows / ROW_CHUNK));
      return;
    }
    const gradients = kernel.f64.subarray(this.gradients / 8, this.gradients / 8 + x.rows);
    const hessians = kernel.f64.subarray(this.hessians / 8, this.hessians / 8 + x.rows);
    objective.derivatives(scores, y, weights, k, gradients, hessians);
    let largest = 0;
    let total = 0;
    for (let i = 0; i < x.rows; i++) {
      largest = Math.max(largest, Math.abs(gradients[i]!));
      total += hessians[i]!;
    }
    this.setUnits(largest, total);
    words[args.gradients / 4] = this.gradients;
    words[args.hessians / 4] = this.hessians;
    kernel.run("quantise", Math.ceil(x.rows / ROW_CHUNK));
  }

  /** Powers of 2 for which no sum over all rows reaches 2^SUM_BITS. */
  private setUnits(largestGradient: number, totalHessian: number): void {
    const { kernel } = this;
    const { rows } = this.input.x;
    const countShift = 62 - Math.ceil(Math.log2(rows + 1));
    const gradientBits = SUM_BITS - Math.ceil(Math.log2(rows * largestGradient || 1));
    const hessianBits = Math.min(SUM_BITS, countShift - 1) - Math.ceil(Math.log2(totalHessian || 1));
    this.units = { gradient: 2 ** -gradientBits, hessian: 2 ** -hessianBits, countShift };
    kernel.f64[args.gradientScale / 8] = 2 ** gradientBits;
    kernel.f64[args.hessianScale / 8] = 2 ** hessianBits;
    kernel.i64[args.countOne / 8] = 1n << BigInt(countShift);
  }

  /** Replaces the outputs by a quantile of the leaf's residuals. */
  private renew(tree: GrownTree, scores: Float64Array, level: number): void {
    const { y, weights } = this.input;
    if (tree.splits.length === 0) return;
    for (const leaf of tree.leaves) {
      const at = this.room.rows / 4 + leaf.begin;
      const rows = this.kernel.i32.subarray(at, at + leaf.count);
      const residuals = Float64Array.from(rows, (row) => y[row]! - scores[row]!);
      leaf.output = quantileOf(residuals, weights && Float64Array.from(rows, (row) => weights[row]!), level);
    }
  }

  /** Adds the tree's outputs to the scores of output k: of the rows in hand by leaf, of the others by their bins. */
  private raiseScores({ leaves, splits }: GrownTree, k: number): void {
    const { kernel, room, settings } = this;
    leaves.forEach(({ begin, count, output }, leaf) => {
      const at = this.leafTable + leaf * LEAF_ROW_BYTES;
      kernel.i32[at / 4] = room.rows + begin * 4;
      kernel.i32[at / 4 + 1] = count;
      kernel.f64[at / 8 + 1] = output * settings.learningRate;
      kernel.f64[this.leafValues / 8 + leaf] = output * settings.learningRate;
    });
    kernel.i32[args.leaves / 4] = this.leafTable;
    kernel.i32[args.scores / 4] = this.scoreAt[k]!;
    kernel.run("addScores", leaves.length);
    const others = this.input.x.rows - this.count;
    if (others === 0) return;
    const leafAt = new Map(leaves.map(({ node }, leaf) => [node, ~leaf]));
    const splitAt = new Map(splits.map(({ node }, split) => [node, split]));
    const placeOf = (node: number) => splitAt.get(node) ?? leafAt.get(node)!;
    splits.forEach(({ left, right, split, goesLeft }, place) => {
      const at = this.nodes + place * NODE_BYTES;
      kernel.i32[(at + nodeFields.column) / 4] = split.column.bins;
      kernel.i32[(at + nodeFields.left) / 4] = placeOf(left);
      kernel.i32[(at + nodeFields.right) / 4] = placeOf(right);
      kernel.u8.set(goesLeft, at + nodeFields.goesLeft);
    });
    kernel.i32[args.nodes / 4] = this.nodes;
    kernel.i32[args.leafValues / 4] = this.leafValues;
    kernel.i32[args.rows / 4] = this.outside;
    kernel.i32[args.count / 4] = others;
    kernel.i32[args.chunkRows / 4] = PARTITION_ROWS;
    kernel.run("route", Math.ceil(others / PARTITION_ROWS));
  }

  /** Takes the round's trees, the last ones, into the tuning scores; gives the mean loss. */
  private tuningLoss(added: number): number {
    const { x, y, weights } = this.input.tuning!;
    this.trees.slice(-added).forEach((tree, k) => {
      addTree(tree, x, this.tuningScores[k]!);
    });
    let sum = 0;
    let total = 0;
    for (let row = 0; row < x.rows; row++) {
      const weight = weights ? weights[row]! : 1;
      sum += weight * this.objective.rowLoss(this.tuningScores, y, row);
      total += weight;
    }
    return sum / total;
  }
}

function addTree(tree: Tree, { rows, columns, data }: Matrix, scores: Float64Array): void {
  for (let row = 0; row < rows; row++) {
    let node = 0;
    while (tree.feature[node]! >= 0) node = childOf(tree, node, data[row * columns + tree.feature[node]!]!);
    scores[row]! += tree.value[node]!;
  }
}
