// Search on functions whose best place is known.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Bug, Stopped } from "../../core/errors.ts";
import { halvingRounds, type Space, search, type Trial } from "./index.ts";

const space = {
  x: { type: "float", low: -5, high: 10 },
  y: { type: "float", low: 0, high: 15 },
  rate: { type: "float", low: 1e-5, high: 1, log: true },
  leaves: { type: "int", low: 2, high: 256, log: true },
  depth: { type: "int", low: 1, high: 12 },
  loss: { type: "choice", values: ["gini", "entropy", "other"] },
} as const satisfies Space;

type Point = { x: number; y: number; rate: number; leaves: number; depth: number; loss: string };

/** Branin's function of x and y, and distances of the others from a best value; least value about 0.398. */
function hill({ x, y, rate, leaves, depth, loss }: Point): number {
  const branin =
    (y - (5.1 * x * x) / (4 * Math.PI ** 2) + (5 * x) / Math.PI - 6) ** 2 +
    10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
    10;
  const others = Math.log10(rate / 0.003) ** 2 + Math.log2(leaves / 31) ** 2 + Math.abs(depth - 5);
  return branin + 3 * others + (loss === "entropy" ? 0 : 5);
}

async function bestOf(method: "random" | "tpe", seed: number, trials: number): Promise<number> {
  return (await search(space, hill, { method, seed, trials, better: "lower" })).best.value!;
}

test("TPE gets closer to the best place than random search does, over 20 seeds", async () => {
  let wins = 0;
  let byTpe = 0;
  let atRandom = 0;
  for (let seed = 0; seed < 20; seed++) {
    const tpe = await bestOf("tpe", seed, 100);
    const random = await bestOf("random", seed, 100);
    byTpe += tpe / 20;
    atRandom += random / 20;
    if (tpe < random) wins++;
  }
  expect(byTpe).toBeLessThan(0.7 * atRandom);
  expect(wins).toBeGreaterThanOrEqual(15);
});

test("TPE spends its later trials on the better choice and near the better scale", async () => {
  const score = ({ loss, rate }: Point) => (loss === "entropy" ? 0 : 1) + Math.log10(rate / 0.003) ** 2;
  let settled = 0;
  for (let seed = 0; seed < 20; seed++) {
    const { trials } = await search(space, score, { method: "tpe", trials: 80, seed, better: "lower" });
    const late = trials.slice(40);
    const chosen = late.filter(({ settings }) => settings.loss === "entropy");
    const near = late.filter(({ settings }) => Math.abs(Math.log10(settings.rate / 0.003)) < 0.5);
    expect(near.length, `scale, seed ${seed}`).toBeGreaterThan(late.length / 2);
    if (chosen.length > late.length * 0.7) settled++;
  }
  // A seed whose first trials speak against the better choice may need longer.
  expect(settled).toBeGreaterThanOrEqual(17);
});

test("TPE comes back to a choice that only looked bad at first", async () => {
  const score = ({ loss }: Point, number: number) => (loss === "other" && number >= 20 ? 0 : loss === "other" ? 2 : 1);
  const { best } = await search(space, (settings, { number }) => score(settings, number), {
    trials: 100,
    better: "lower",
  });
  expect(best.settings.loss).toBe("other");
});

test("every proposal of every method stays within its bounds and whole where it must be", async () => {
  const parameter = fc.record({
    low: fc.integer({ min: 1, max: 50 }),
    width: fc.integer({ min: 1, max: 1000 }),
    log: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      parameter,
      fc.constantFrom("random" as const, "tpe" as const, "halving" as const),
      fc.integer(),
      async ({ low, width, log }, method, seed) => {
        const high = low + width;
        const narrow = {
          whole: { type: "int", low, high, log },
          real: { type: "float", low, high, log },
          pick: { type: "choice", values: [null, true, "a", 3] },
        } as const satisfies Space;
        const score = ({ whole, real }: { whole: number; real: number }) =>
          Math.abs(whole - low) + Math.abs(real - high);
        const { trials } = await search(narrow, score, { method, trials: 25, seed, better: "lower" });
        for (const { settings } of trials) {
          expect(Number.isInteger(settings.whole)).toBe(true);
          for (const value of [settings.whole, settings.real]) {
            expect(value).toBeGreaterThanOrEqual(low);
            expect(value).toBeLessThanOrEqual(high);
          }
          expect(narrow.pick.values).toContain(settings.pick);
        }
      },
    ),
    { numRuns: 40, seed: 5 },
  );
});

test("random draws are even: over the logarithm where asked for, and over whole numbers with both ends", async () => {
  const wide = {
    size: { type: "float", low: 1e-4, high: 1, log: true },
    die: { type: "int", low: 1, high: 6 },
  } as const satisfies Space;
  const { trials } = await search(wide, () => 0, { method: "random", trials: 6000, seed: 2 });
  const share = (holds: (trial: (typeof trials)[number]) => boolean) => trials.filter(holds).length / trials.length;
  expect(share(({ settings }) => settings.size < 0.01)).toBeCloseTo(0.5, 1);
  for (let face = 1; face <= 6; face++) {
    expect(Math.abs(share(({ settings }) => settings.die === face) - 1 / 6)).toBeLessThan(0.02);
  }
});

test("halving spends the budget it states and keeps the best of each round", async () => {
  const rounds = halvingRounds(27, 1, 27, 3);
  expect(rounds).toEqual([
    { trials: 27, budget: 1 },
    { trials: 9, budget: 3 },
    { trials: 3, budget: 9 },
    { trials: 1, budget: 27 },
  ]);
  const spent: number[] = [];
  const { best, trials } = await search(
    space,
    (settings, { budget }) => {
      spent.push(budget);
      return hill(settings) + 1 / budget;
    },
    { method: "halving", trials: 27, maxBudget: 27, better: "lower", seed: 4 },
  );
  expect(spent).toEqual(rounds.flatMap(({ trials, budget }) => Array(trials).fill(budget)));
  expect(best.budget).toBe(27);
  const first = trials.slice(0, 27).map(({ value }) => value!);
  expect(best.value).toBeCloseTo(Math.min(...first) - 1 + 1 / 27, 10);
});

test("halving never goes below the least budget nor below one trial", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 2000 }),
      fc.integer({ min: 2, max: 5 }),
      (trials, minBudget, more, factor) => {
        const rounds = halvingRounds(trials, minBudget, minBudget + more, factor);
        expect(rounds[0]!.trials).toBe(trials);
        expect(rounds.at(-1)!.budget).toBe(minBudget + more);
        for (const round of rounds) {
          expect(round.trials).toBeGreaterThanOrEqual(1);
          expect(round.budget).toBeGreaterThanOrEqual(minBudget);
        }
      },
    ),
  );
});

const methods = ["random", "tpe", "halving"] as const;

test.each(methods)("%s: the same seed gives the same trials, another seed others", async (method) => {
  const options = { method, trials: 30, better: "lower" as const };
  const once = await search(space, hill, { ...options, seed: 7 });
  expect(await search(space, hill, { ...options, seed: 7 })).toEqual(once);
  expect((await search(space, hill, { ...options, seed: 8 })).trials).not.toEqual(once.trials);
});

test.each(methods)(
  "%s: a search stopped and resumed from its written trials ends as if never stopped",
  async (method) => {
    const options = { method, trials: 30, seed: 11, better: "lower" as const };
    const whole = await search(space, hill, options);
    const stop = new AbortController();
    const kept: Trial[] = [];
    const stopped = search(space, hill, {
      ...options,
      signal: stop.signal,
      onTrial: (trial) => {
        kept.push(trial);
        if (kept.length === 17) stop.abort();
      },
    });
    await expect(stopped).rejects.toThrow(Stopped);
    let ran = 0;
    const resumed = await search(space, hill, {
      ...options,
      resume: JSON.parse(JSON.stringify(kept)),
      onTrial: () => ran++,
    });
    expect(resumed).toEqual(whole);
    expect(ran).toBe(whole.trials.length - 17);
  },
);

test("trials to resume from must belong to the search", async () => {
  const { trials } = await search(space, hill, { trials: 5, seed: 1 });
  await expect(search(space, hill, { trials: 5, seed: 2, resume: trials })).rejects.toMatchObject({
    problem: { code: "search/resume-mismatch" },
  });
});

test.each(methods)("%s: failed trials are kept with their reason and never win", async (method) => {
  const { best, trials } = await search(
    space,
    (settings, { number }) => {
      if (number % 3 === 0) return Number.NaN;
      if (number % 3 === 1) throw new Error("out of memory");
      return hill(settings);
    },
    { method, trials: 30, better: "lower" },
  );
  expect(best.status).toBe("finished");
  expect(trials.slice(0, 3).map(({ status, value, reason }) => ({ status, failed: value === null, reason }))).toEqual([
    { status: "failed", failed: true, reason: "the score is NaN" },
    { status: "failed", failed: true, reason: "out of memory" },
    { status: "finished", failed: false, reason: undefined },
  ]);
});

test("when every trial fails the error says why, and Bedside's own faults are not swallowed", async () => {
  const fail = () => {
    throw new Error("no labels");
  };
  await expect(search(space, fail, { trials: 4 })).rejects.toMatchObject({
    problem: { code: "search/all-failed", why: "trial 3 failed because: no labels" },
  });
  const bug = () => {
    throw new Bug("impossible");
  };
  await expect(search(space, bug, { trials: 4 })).rejects.toThrow(Bug);
});

test.each<[string, Space]>([
  ["no parameter", {}],
  ["bounds the wrong way round", { a: { type: "float", low: 2, high: 1 } }],
  ["a bound that is not finite", { a: { type: "float", low: 0, high: Number.POSITIVE_INFINITY } }],
  ["a logarithm of 0", { a: { type: "float", low: 0, high: 1, log: true } }],
  ["a fraction as bound of a whole number", { a: { type: "int", low: 0.5, high: 3 } }],
  ["no value to choose", { a: { type: "choice", values: [] } }],
  ["the same value twice", { a: { type: "choice", values: ["u", "u"] } }],
])("a space with %s is refused", async (_, bad) => {
  await expect(search(bad, () => 0)).rejects.toMatchObject({ problem: { code: "search/bad-space" } });
});

test.each([
  { trials: 0 },
  { method: "grid" },
  { better: "best" },
  { candidates: 0 },
  { method: "halving", factor: 1 },
  { method: "halving", minBudget: 5, maxBudget: 2 },
])("the options %o are refused", async (options) => {
  await expect(search(space, hill, options as object)).rejects.toMatchObject({
    problem: { code: "search/bad-option" },
  });
});
