// Densities estimated from a few values of one parameter: the two sides of a tree-structured Parzen estimator. Knows no
// trials.
import type { RandomStream } from "../../core/random.ts";
import {
  type ChoiceParameter,
  type FloatParameter,
  fromScale,
  type IntParameter,
  type Parameter,
  type Setting,
  scaledRange,
  toScale,
} from "./space.ts";

/** A density over the values of a parameter. */
export interface Density {
  draw(stream: RandomStream): Setting;
  /** Logarithm of the density (floats, on the searched scale) or of the probability (whole numbers, choices). */
  logAt(value: Setting): number;
}

/** No bandwidth is narrower than the range divided by this. */
const NARROWEST = 100;

/** The density of a parameter's values among some trials. */
export function parzen(parameter: Parameter, values: readonly Setting[]): Density {
  return parameter.type === "choice" ? choiceDensity(parameter, values) : numberDensity(parameter, values as number[]);
}

/** p(v) = (1 / V + number of trials with v) / (1 + number of trials): one trial's worth of evenness. */
function choiceDensity({ values: choices }: ChoiceParameter, values: readonly Setting[]): Density {
  const probabilities = choices.map(
    (choice) => (1 / choices.length + values.filter((value) => value === choice).length) / (1 + values.length),
  );
  return {
    draw(stream) {
      let rest = stream.uniform();
      for (const [k, probability] of probabilities.entries()) {
        rest -= probability;
        if (rest < 0) return choices[k]!;
      }
      return choices[choices.length - 1]!;
    },
    logAt: (value) => Math.log(probabilities[choices.indexOf(value)] ?? 0),
  };
}

/**
 * The mean of normal densities cut to the range: one wide one over the middle (standard deviation: the range) and one at
 * each value, whose standard deviation is the distance to the farther of its neighbours (Bergstra et al. 2011, section
 * 4.2), not below range / min(100, 1 + n) nor above the range. A whole number's probability is the mass half a step
 * around it.
 */
function numberDensity(parameter: FloatParameter | IntParameter, values: readonly number[]): Density {
  const { low, high } = scaledRange(parameter);
  const range = high - low;
  const centres = values.map((value) => toScale(parameter, value)).sort((a, b) => a - b);
  const narrowest = range / Math.min(NARROWEST, 1 + centres.length);
  const parts = centres.map((centre, i) => {
    const gap = Math.max(centre - (centres[i - 1] ?? low), (centres[i + 1] ?? high) - centre);
    return normalPart(centre, Math.min(range, Math.max(narrowest, gap)), low, high);
  });
  parts.push(normalPart((low + high) / 2, range, low, high));

  return {
    draw(stream) {
      const { centre, spread } = parts[stream.below(parts.length)]!;
      // A centre lies in the range and the spread is at most the range: a third of the draws fall into it.
      for (;;) {
        const drawn = stream.normal(centre, spread);
        if (drawn >= low && drawn <= high) return fromScale(parameter, drawn);
      }
    },
    logAt(value) {
      let sum = 0;
      if (parameter.type === "int") {
        const from = toScale(parameter, Number(value) - 0.5);
        const to = toScale(parameter, Number(value) + 0.5);
        for (const { centre, spread, mass } of parts) sum += normalMass(centre, spread, from, to) / mass;
      } else {
        const at = toScale(parameter, Number(value));
        for (const { centre, spread, mass } of parts) {
          sum += Math.exp(-0.5 * ((at - centre) / spread) ** 2) / (spread * mass * Math.sqrt(2 * Math.PI));
        }
      }
      return Math.log(sum / parts.length);
    },
  };
}

function normalPart(centre: number, spread: number, low: number, high: number) {
  return { centre, spread, mass: normalMass(centre, spread, low, high) };
}

/** The probability that a normal draw falls between two numbers. */
function normalMass(centre: number, spread: number, from: number, to: number): number {
  const root = spread * Math.SQRT2;
  return 0.5 * (errorFunction((to - centre) / root) - errorFunction((from - centre) / root));
}

/** erf to 1.5e-7: Abramowitz & Stegun, Handbook of Mathematical Functions, 7.1.26. */
function errorFunction(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - series * Math.exp(-x * x));
}
