// Fine-tuning of an integer score's bands by a written rule, judged on tuning patients. Knows no model.
import type { Matrix } from "../../core/matrix.ts";

/** Cut-offs by variable. */
export type Bands = Readonly<Record<string, readonly number[]>>;

/** A change that was kept. */
export interface BandStep {
  name: string;
  /** `8.5, 12.5, 31.5 became 10, 30`. */
  text: string;
}

/** AUROC that may be given up for bands that are easier to remember, a variable at a time. */
const READABLE = 1e-3;
/** AUROC that finer bands must bring. */
const WORTH = 2e-3;
/** Quantiles of the finer bands. */
const FINER = [0.1, 0.3, 0.5, 0.7, 0.9];

/**
 * Goes through the numeric variables, best first, and tries in turn, each with all other bands as they stand:
 * finer bands (at the 10th, 30th, 50th, 70th and 90th percentile of training rows), kept if the AUROC on tuning rows rises
 * by 0.002; each cut-off left out, the one whose loss costs least first, kept as long as the AUROC falls by less than
 * 0.001; cut-offs rounded to the 1, 2 or 5 of their size (5 years, 0.5 °C), kept on the same terms. So the published
 * step "fine-tune the cut-offs by clinical sense" becomes one that a program can repeat.
 */
export async function fineTune(
  { x, featureNames }: { x: Matrix; featureNames: readonly string[] },
  variables: readonly { name: string; cutoffs: readonly number[] }[],
  judge: (bands: Bands) => Promise<number>,
  onVariable: (done: number, total: number) => void,
): Promise<{ cutoffs: Bands; steps: BandStep[] }> {
  const bands: Record<string, readonly number[]> = Object.fromEntries(
    variables.map(({ name, cutoffs }) => [name, cutoffs]),
  );
  const steps: BandStep[] = [];
  const numeric = variables.map((variable) => ({
    ...variable,
    sorted: knownValues(x, featureNames.indexOf(variable.name)),
  }));
  let best = await judge(bands);
  for (const [done, { name, cutoffs, sorted }] of numeric.entries()) {
    onVariable(done, numeric.length);
    if (sorted.length === 0 || differentValues(sorted) <= 2) continue;
    const attempt = async (own: readonly number[], least: number): Promise<boolean> => {
      const now = bands[name]!;
      if (own.length === 0 || own.join() === now.join()) return false;
      const value = await judge({ ...bands, [name]: own });
      if (value < best + least) return false;
      bands[name] = own;
      best = value;
      return true;
    };
    const step = stepOf(sorted);
    await attempt(
      within(
        FINER.map((share) => roundTo(quantile(sorted, share), step)),
        sorted,
      ),
      WORTH,
    );
    while (bands[name]!.length > 1) {
      const now = bands[name]!;
      const shorter = now.map((_, i) => now.filter((_, j) => j !== i));
      const values: number[] = [];
      for (const own of shorter) values.push(await judge({ ...bands, [name]: own }));
      const place = values.indexOf(Math.max(...values));
      if (values[place]! < best - READABLE) break;
      bands[name] = shorter[place]!;
      best = values[place]!;
    }
    await attempt(
      within(
        bands[name]!.map((cut) => roundTo(cut, step)),
        sorted,
      ),
      -READABLE,
    );
    if (bands[name]!.join() !== cutoffs.join()) {
      steps.push({ name, text: `${cutoffs.join(", ")} became ${bands[name]!.join(", ")}` });
    }
  }
  return { cutoffs: bands, steps };
}

function knownValues({ rows, columns, data }: Matrix, column: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * columns + column]!)
    .filter((value) => !Number.isNaN(value))
    .sort();
}

function differentValues(sorted: Float64Array): number {
  let count = 1;
  for (let i = 1; i < sorted.length && count <= 2; i++) if (sorted[i] !== sorted[i - 1]) count++;
  return count;
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)]!;
}

/** A step that people count in: 1, 2 or 5 times a power of ten, at most a tenth of the middle nine tenths of the values, whole for whole numbers. */
export function stepOf(sorted: Float64Array): number {
  const range = quantile(sorted, 0.95) - quantile(sorted, 0.05);
  const rough = range / 10;
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [5, 2, 1].find((digit) => digit * power <= rough)! * power;
  return sorted.every(Number.isInteger) ? Math.max(1, step) : step;
}

function roundTo(value: number, step: number): number {
  return Number((Math.round(value / step) * step).toPrecision(12));
}

/** Each once, ascending, with values on both sides. */
function within(cuts: readonly number[], sorted: Float64Array): number[] {
  const [least, most] = [sorted[0]!, sorted.at(-1)!];
  return [...new Set(cuts)].filter((cut) => cut > least && cut <= most).sort((a, b) => a - b);
}
