// Proposes settings that resemble the better trials more than the worse ones. Knows nothing of what the settings mean.
import type { RandomStream } from "../../core/random.ts";
import { parzen } from "./parzen.ts";
import { drawParameter, type Setting, type Settings, type Space } from "./space.ts";

/** A trial as the proposals see it: `loss` is smaller for better ones and infinite for failed ones. */
export interface Scored {
  settings: Settings;
  loss: number;
}

/** Share of the trials that count as good (γ), and how many at most. */
const GOOD_SHARE = 0.15;
const MOST_GOOD = 25;
/** Share of choices drawn evenly; without these a choice that looked bad in its first trials would never be seen again. */
const EVEN_CHOICES = 0.1;

/** One draw of every parameter, each even over its range. */
export function proposeAtRandom(space: Space, stream: RandomStream): Settings {
  return Object.fromEntries(Object.entries(space).map(([name, parameter]) => [name, drawParameter(parameter, stream)]));
}

/**
 * The tree-structured Parzen estimator of Bergstra, Bardenet, Bengio & Kégl, Algorithms for Hyper-Parameter
 * Optimization (NeurIPS 2011), one parameter at a time: the best ⌈γ n⌉ of n trials (γ = 0.15 as there, at most 25) give
 * the density l, the others g; of `candidates` draws from l the one with the greatest l(x) / g(x) is proposed, which has
 * the greatest expected improvement (equation 3 there). One addition: one choice in ten is drawn evenly.
 */
export function proposeByTpe(
  space: Space,
  trials: readonly Scored[],
  candidates: number,
  stream: RandomStream,
): Settings {
  const ranked = trials.map((trial, number) => ({ trial, number }));
  ranked.sort((a, b) => compareLoss(a.trial.loss, b.trial.loss) || a.number - b.number);
  const goodCount = Math.min(MOST_GOOD, Math.ceil(GOOD_SHARE * ranked.length));
  const settings: Record<string, Setting> = {};
  for (const [name, parameter] of Object.entries(space)) {
    const valuesOf = (part: typeof ranked) => part.map(({ trial }) => trial.settings[name]!);
    const good = parzen(parameter, valuesOf(ranked.slice(0, goodCount)));
    const bad = parzen(parameter, valuesOf(ranked.slice(goodCount)));
    let best = Number.NEGATIVE_INFINITY;
    if (parameter.type === "choice" && stream.chance(EVEN_CHOICES)) {
      settings[name] = drawParameter(parameter, stream);
      continue;
    }
    for (let k = 0; k < candidates; k++) {
      const value = good.draw(stream);
      const ratio = good.logAt(value) - bad.logAt(value);
      if (ratio > best || k === 0) {
        best = ratio;
        settings[name] = value;
      }
    }
  }
  return settings;
}

function compareLoss(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
