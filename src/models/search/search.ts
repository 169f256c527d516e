// Searches settings for the best score: at random, by TPE, or by successive halving. Knows no model: what a trial does is
// the caller's function.
import { BedsideError, Bug, Stopped } from "../../core/errors.ts";
import { randomStream } from "../../core/random.ts";
import { halvingRounds } from "./halving.ts";
import { checkSpace, type Settings, type SettingsOf, type Space } from "./space.ts";
import { proposeAtRandom, proposeByTpe } from "./tpe.ts";

/** A trial that is over: plain JSON values, to be kept and given back as `resume`. */
export interface Trial<S extends Settings = Settings> {
  /** Which proposal it is, from 0; halving runs the same proposal again with more budget. */
  readonly number: number;
  readonly settings: S;
  readonly budget: number;
  readonly status: "finished" | "failed";
  /** The score; null where the trial failed. */
  readonly value: number | null;
  /** Why it failed. */
  readonly reason?: string;
}

/** What a trial is told besides its settings. */
export interface TrialContext {
  readonly number: number;
  /** Rounds, trees or rows, in the unit of `maxBudget`; a trial with more budget is closer to the truth. */
  readonly budget: number;
  readonly signal: AbortSignal;
}

/** How many trials there are and what each may spend. */
export interface SearchBudget {
  /** Default `tpe`. */
  method?: "random" | "tpe" | "halving";
  /** Number of proposals. Default 50. */
  trials?: number;
  /** Random and TPE give every trial this budget, halving those of the last round. Default 1 (halving: 27). */
  maxBudget?: number;
  /** Halving: the least budget worth a trial. Default 1. */
  minBudget?: number;
  /** Halving: one trial in so many goes on, with so many times the budget. Default 3. */
  factor?: number;
}

export interface SearchOptions<S extends Settings = Settings> extends SearchBudget {
  /** Which scores are better. Default `higher`. */
  better?: "lower" | "higher";
  /** Default 0. */
  seed?: number;
  /** TPE: trials drawn at random before it begins. Default 10. */
  startTrials?: number;
  /** TPE: draws compared for each parameter. Default 24. */
  candidates?: number;
  signal?: AbortSignal;
  /** Called after every trial that was run (not for resumed ones). */
  onTrial?: (trial: Trial<S>) => void;
  /** Trials of an earlier search with the same seed and space: they are taken over in place of being run again. */
  resume?: readonly Trial<S>[];
}

export interface SearchResult<S extends Settings = Settings> {
  /** The best finished trial of the full budget; the earlier one on a tie. */
  readonly best: Trial<S>;
  /** All trials in the order in which they ran. */
  readonly trials: readonly Trial<S>[];
}

/**
 * Searches the settings with the best score. The proposals depend on the seed, the space and the scores alone; trial k
 * draws from a stream of its own, so that a search cut short and resumed goes on as if it had never stopped.
 *
 * A trial fails when `evaluate` throws or gives NaN or an infinity: it is kept with its reason, counts as worse than all
 * others, and the search goes on. `Stopped` and `Bug` are passed on.
 * @throws BedsideError `search/bad-space`, `search/bad-option`, `search/resume-mismatch`, and `search/all-failed` when no
 *   trial of the full budget finished; `Stopped` when the signal is aborted
 * @example
 * const { best } = await search(
 *   { depth: { type: "int", low: 2, high: 12 }, rate: { type: "float", low: 0.001, high: 1, log: true } },
 *   async ({ depth, rate }) => -Math.abs(depth - 6) - Math.abs(Math.log(rate / 0.05)),
 *   { method: "tpe", trials: 40, seed: 1 },
 * );
 */
export async function search<S extends Space>(
  space: S,
  evaluate: (settings: SettingsOf<S>, context: TrialContext) => Promise<number> | number,
  options: SearchOptions<SettingsOf<S>> = {},
): Promise<SearchResult<SettingsOf<S>>> {
  checkSpace(space);
  const { method = "tpe", better = "higher", seed = 0, startTrials = 10, candidates = 24, onTrial } = options;
  const { count, rounds } = plan(options);
  checkOptions(method, better, { startTrials, candidates });
  const signal = options.signal ?? new AbortController().signal;
  const earlier = new Map((options.resume ?? []).map((trial) => [key(trial.number, trial.budget), trial]));
  const trials: Trial<SettingsOf<S>>[] = [];
  const loss = ({ value }: Trial) => (value === null ? Number.POSITIVE_INFINITY : better === "lower" ? value : -value);

  async function run(number: number, settings: SettingsOf<S>, budget: number): Promise<Trial<SettingsOf<S>>> {
    if (signal.aborted) throw new Stopped();
    const known = earlier.get(key(number, budget));
    if (known) {
      checkResumed(known, settings);
      trials.push(known);
      return known;
    }
    const trial = {
      number,
      settings,
      budget,
      ...(await outcome(() => evaluate(settings, { number, budget, signal }))),
    };
    if (signal.aborted) throw new Stopped();
    trials.push(trial);
    onTrial?.(trial);
    return trial;
  }

  let field: { number: number; settings: SettingsOf<S> }[] = [];
  for (const [round, { trials: kept, budget }] of rounds.entries()) {
    const ran: Trial<SettingsOf<S>>[] = [];
    if (round === 0) {
      for (let number = 0; number < count; number++) {
        const stream = randomStream(seed, "search", number);
        const scored = ran.map((trial) => ({ settings: trial.settings, loss: loss(trial) }));
        const settings =
          method === "tpe" && number >= startTrials
            ? proposeByTpe(space, scored, candidates, stream)
            : proposeAtRandom(space, stream);
        ran.push(await run(number, settings as SettingsOf<S>, budget));
      }
    } else {
      for (const { number, settings } of field.slice(0, kept)) ran.push(await run(number, settings, budget));
    }
    field = ran.filter((trial) => trial.status === "finished").sort((a, b) => loss(a) - loss(b) || a.number - b.number);
  }
  const best = field[0] as Trial<SettingsOf<S>> | undefined;
  if (!best) throw allFailed(trials);
  return { best, trials };
}

/** The number of proposals and the rounds they go through. */
function plan(options: SearchBudget) {
  const { method = "tpe", trials: count = 50, minBudget = 1, factor = 3 } = options;
  const maxBudget = options.maxBudget ?? (method === "halving" ? 27 : 1);
  if (!Number.isInteger(count) || count < 1)
    throw badOption("trials", `it is ${count}`, "Give a whole number from 1 on");
  if (!(maxBudget > 0 && maxBudget < Number.POSITIVE_INFINITY)) {
    throw badOption("maxBudget", `it is ${maxBudget}`, "Give a finite number above 0");
  }
  if (method !== "halving") return { count, rounds: [{ trials: count, budget: maxBudget }] };
  if (!(minBudget > 0 && minBudget <= maxBudget)) {
    throw badOption("minBudget", `it is ${minBudget}`, "Give a number above 0, at most maxBudget");
  }
  if (!(factor > 1 && factor < Number.POSITIVE_INFINITY)) {
    throw badOption("factor", `it is ${factor}`, "Give a number above 1");
  }
  return { count, rounds: halvingRounds(count, minBudget, maxBudget, factor) };
}

/** Runs a trial and says how it ended. */
async function outcome(run: () => Promise<number> | number) {
  try {
    const value = await run();
    if (Number.isFinite(value)) return { status: "finished" as const, value };
    return { status: "failed" as const, value: null, reason: `the score is ${value}` };
  } catch (error) {
    if (error instanceof Stopped || error instanceof Bug) throw error;
    const reason =
      error instanceof BedsideError ? error.problem.what : error instanceof Error ? error.message : "it threw";
    return { status: "failed" as const, value: null, reason };
  }
}

function checkResumed(known: Trial, settings: Settings): void {
  const names = Object.keys(settings);
  const same =
    names.length === Object.keys(known.settings).length &&
    names.every((name) => known.settings[name] === settings[name]);
  if (same) return;
  throw new BedsideError({
    code: "search/resume-mismatch",
    what: `Trial ${known.number} to resume from has other settings than this search proposes`,
    where: "resume",
    why: "the seed, the space, the method or an earlier score differs from the search it belongs to",
    fix: "Resume with the options of the earlier search, or begin without resume",
  });
}

function checkOptions(method: string, better: string, counts: Record<string, number>): void {
  if (!["random", "tpe", "halving"].includes(method)) {
    throw badOption("method", `it is ${method}`, "Give random, tpe or halving");
  }
  if (!["lower", "higher"].includes(better)) throw badOption("better", `it is ${better}`, "Give lower or higher");
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < 1) throw badOption(name, `it is ${value}`, "Give a whole number from 1 on");
  }
}

function badOption(name: string, why: string, fix: string): BedsideError {
  return new BedsideError({
    code: "search/bad-option",
    what: `The setting ${name} cannot be used`,
    where: name,
    why,
    fix,
  });
}

function allFailed(trials: readonly Trial[]): BedsideError {
  const last = trials.findLast((trial) => trial.status === "failed");
  return new BedsideError({
    code: "search/all-failed",
    what: `No trial finished: ${trials.filter(({ status }) => status === "failed").length} failed`,
    where: "evaluate",
    why: `trial ${last?.number} failed because: ${last?.reason}`,
    fix: "Mend what makes the trials fail, or narrow the space to settings that work",
  });
}

function key(number: number, budget: number): string {
  return `${number} ${budget}`;
}
