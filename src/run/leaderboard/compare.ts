// Compares the models of several runs: same task, same data, same held-out rows, same resamples of patients.
import { compareWith, meanStatistic, type Statistic } from "../../metrics/index.ts";
import type { Database } from "../../store/index.ts";
import {
  classMetrics,
  intervals,
  labelMetrics,
  type MetricSpec,
  mainMetrics,
  numberMetrics,
} from "../evaluate/index.ts";
import type { Outcome } from "../result.ts";
import type { Board, BoardEntry, Leaderboard, NotComparable } from "./board.ts";
import { type FinishedRun, type HeldPredictions, pointsFile, predictionsFile, readHeldOut } from "./read.ts";

export interface CompareOptions {
  /** Names the resamples; default 1. */
  seed?: number;
  /** Default 1,000. */
  resamples?: number;
  /** Told before each task. */
  onTask?: (task: string) => void;
}

const LEVEL = 0.95;

/**
 * One board a task. The first run of a task sets what the others are compared on: a run on other data, of another mode, or
 * with other held-out rows is not compared, and listed with the reason.
 */
export async function compareRuns(
  db: Database,
  runs: readonly FinishedRun[],
  { seed = 1, resamples = 1000, onTask }: CompareOptions = {},
): Promise<Leaderboard> {
  const boards: Board[] = [];
  const notComparable: NotComparable[] = [];
  for (const task of new Set(runs.map(({ result }) => result.task.id))) {
    onTask?.(task);
    const own = runs.filter(({ result }) => result.task.id === task);
    const board = await boardOf(db, own, notComparable, { seed, resamples });
    if (board) boards.push(board);
  }
  return { schema: 1, boards, notComparable, bootstrap: { resamples, level: LEVEL, seed } };
}

interface Candidate {
  run: FinishedRun;
  model: FinishedRun["result"]["models"][number];
  held: HeldPredictions;
  /** The points of a clinical score, which rank patients but are no probabilities. */
  isPoints: boolean;
}

async function boardOf(
  db: Database,
  runs: readonly FinishedRun[],
  notComparable: NotComparable[],
  draws: { seed: number; resamples: number },
): Promise<Board | undefined> {
  const [first] = runs as [FinishedRun];
  const { task, data } = first.result;
  const outcome = task.outcome ?? "event";
  const candidates: Candidate[] = [];
  const refuse = (run: string, why: string) => notComparable.push({ run, task: task.id, why });
  for (const run of runs) {
    const why = differenceOf(first, run);
    if (why) {
      refuse(run.name, why);
      continue;
    }
    for (const model of run.result.models) {
      const probabilities = predictionsFile(run, model.id);
      const file = probabilities ?? pointsFile(run, model.id);
      if (!file) {
        refuse(`${run.name}/${model.id}`, "It has no file of predictions");
        continue;
      }
      const held = await readHeldOut(db, file, outcome);
      const base = candidates[0]?.held;
      const rows = base && rowDifference(base, held);
      if (rows) refuse(`${run.name}/${model.id}`, `${rows} (compared with ${candidates[0]!.run.name})`);
      else candidates.push({ run, model, held, isPoints: probabilities === null });
    }
  }
  if (!candidates.length) return undefined;
  const { held } = candidates[0]!;
  const metrics = metricsOf(outcome, held, task.labelUnit ?? "");
  const entries = new Map(candidates.map((candidate) => [`${candidate.run.name}/${candidate.model.id}`, candidate]));
  return {
    task,
    data: { id: data.id, title: data.title, version: data.version, dataUse: data.dataUse },
    patients: new Set(held.subjectIds).size,
    rows: held.subjectIds.length,
    metrics: metrics.map(({ id, title, higherIsBetter }) => ({ id, title, higherIsBetter })),
    ...ranked(entries, metrics, draws),
    ...(first.result.bestPossible ? { bestPossible: first.result.bestPossible.metrics } : {}),
    ...(first.result.bestPossible?.models ? { bestIsPartly: true } : {}),
  };
}

/** Figures, the leader by the first metric, and every model against the leader. */
function ranked(
  candidates: ReadonlyMap<string, Candidate>,
  metrics: readonly MetricSpec[],
  draws: { seed: number; resamples: number },
): Pick<Board, "leader" | "entries"> {
  const { truth, subjectIds } = [...candidates.values()][0]!.held;
  const statisticOf = ({ held }: Candidate, { prepare }: MetricSpec) =>
    meanStatistic(held.predictions.map((each) => prepare(truth, each)));
  const found = [...candidates].map(([name, candidate]) => ({
    name,
    candidate,
    values: intervals(
      metrics
        .filter(({ id }) => !candidate.isPoints || rankingIds.has(id))
        .map((metric) => ({ ...metric, prepare: () => statisticOf(candidate, metric) })),
      truth,
      truth,
      subjectIds,
      draws,
    ).values,
  }));
  const [primary] = metrics as [MetricSpec];
  const figure = ({ values }: (typeof found)[number]) => {
    const value = values.find(({ id }) => id === primary.id)?.value ?? Number.NaN;
    return primary.higherIsBetter ? -value : value;
  };
  found.sort((a, b) => (figure(a) || 0) - (figure(b) || 0));
  const leader = found[0]!.name;
  const differences = new Map<string, BoardEntry["differences"]>(found.map(({ name }) => [name, []]));
  for (const metric of metrics) {
    const known = found.filter(({ values }) => values.some(({ id }) => id === metric.id));
    if (known.length < 2 || !known.some(({ name }) => name === leader)) continue;
    const statistics = Object.fromEntries(known.map(({ name, candidate }) => [name, statisticOf(candidate, metric)]));
    const compared = compareWith(statistics as Record<string, Statistic>, subjectIds, { ...draws, reference: leader });
    for (const [name, { value, low, high, p, adjusted }] of Object.entries(compared)) {
      if (name === leader) continue;
      differences.get(name)!.push({ id: metric.id, difference: { value, low, high }, p, adjusted });
    }
  }
  return {
    leader,
    entries: found.map(({ name, candidate: { run, model }, values }) => ({
      run: run.name,
      model: model.id,
      title: model.title,
      mode: run.result.task.mode,
      metrics: values,
      differences: differences.get(name)!,
      ...regretIn(run, model.id),
      trainSeconds: model.trainSeconds,
      ...(model.predictSeconds === undefined ? {} : { predictSeconds: model.predictSeconds }),
    })),
  };
}

function regretIn({ result }: FinishedRun, model: string): Pick<BoardEntry, "regret"> {
  const regret = result.bestPossible?.regrets?.[model];
  return regret ? { regret } : {};
}

/** Why a run cannot be compared with the first of its task; undefined where it can. */
function differenceOf({ name, result: a }: FinishedRun, { result: b }: FinishedRun): string | undefined {
  if (a.manifest.dataFingerprint !== b.manifest.dataFingerprint) {
    return `Its data differ: ${b.data.title} ${b.data.version}, not the records of ${name} (${a.data.title} ${a.data.version})`;
  }
  if ((a.task.outcome ?? "event") !== (b.task.outcome ?? "event")) return `Its outcome differs from that of ${name}`;
  if (a.task.mode !== b.task.mode)
    return `Its mode is ${b.task.mode}, that of ${name} ${a.task.mode}: the cohorts differ`;
  return undefined;
}

/** In what two sets of held-out rows differ; undefined where they are the same rows with the same truth. */
export function rowDifference(a: HeldPredictions, b: HeldPredictions): string | undefined {
  if (a.stayIds.length !== b.stayIds.length) {
    return `It holds out ${b.stayIds.length} rows, not ${a.stayIds.length}`;
  }
  const same = (x: Float64Array, y: Float64Array) => x.length === y.length && x.every((value, i) => value === y[i]);
  if (!same(a.stayIds, b.stayIds) || !same(a.hours, b.hours))
    return "It holds out other rows: another seed or division";
  if (!same(a.truth, b.truth)) return "Its labels of the same rows differ";
  return undefined;
}

/** Figures that ask for an order alone, not for probabilities. */
const rankingIds = new Set(["auroc", "average_precision"]);
const eventIds = new Set([...rankingIds, "brier", "log_loss"]);

function metricsOf(outcome: Outcome, { truth, predictions, subjectIds }: HeldPredictions, unit: string): MetricSpec[] {
  const columns = predictions[0]!.length / subjectIds.length;
  if (outcome === "number") return numberMetrics(unit);
  if (outcome === "labels") return labelMetrics(truth.length / subjectIds.length);
  if (outcome === "classes") return classMetrics({ names: Array.from({ length: columns }, (_, k) => String(k)) });
  return mainMetrics.filter(({ id }) => eventIds.has(id));
}
