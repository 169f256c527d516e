// The cart's own measurements beside ours: differences, tolerances, disagreements.
import { NOT_MEASURED } from "../../sources/mimic-iv-ecg/machine.ts";
import type { Row } from "./tables.ts";

/** A quantity that both measured. */
export interface Compared {
  id: string;
  title: string;
  unit: "ms" | "degrees";
  ours: string;
  machine: string;
  /** Differences up to this are agreement. */
  tolerance: number;
}

/**
 * Tolerances of intervals: twice the root of the sum of the squares of the CSE tolerances (standard deviations: P on 10.2,
 * P off 12.7, QRS on 6.5, QRS off 11.6, T off 30.6 ms) of the two limits. RR and axes: our convention.
 */
export const COMPARED: readonly Compared[] = [
  { id: "rr", title: "RR interval", unit: "ms", ours: "rr_mean_ms", machine: "machine_rr_ms", tolerance: 20 },
  { id: "p", title: "P duration", unit: "ms", ours: "p_ms", machine: "machine_p_ms", tolerance: 33 },
  { id: "pr", title: "PR interval", unit: "ms", ours: "pr_ms", machine: "machine_pr_ms", tolerance: 24 },
  { id: "qrs", title: "QRS duration", unit: "ms", ours: "qrs_ms", machine: "machine_qrs_ms", tolerance: 27 },
  { id: "qt", title: "QT interval", unit: "ms", ours: "qt_ms", machine: "machine_qt_ms", tolerance: 63 },
  ...(["p", "qrs", "t"] as const).map(
    (wave): Compared => ({
      id: `${wave}-axis`,
      title: `${wave.toUpperCase()} axis`,
      unit: "degrees",
      ours: `${wave}_axis_degrees`,
      machine: `machine_${wave}_axis_degrees`,
      tolerance: 30,
    }),
  ),
];

/** The columns of `records` from the table's numbers, in the order of `MACHINE_MEASUREMENTS`. */
export function machineRow(numbers: ArrayLike<number>): Row {
  const [rr, pOn, pOff, qrsOn, qrsOff, tOff, pAxis, qrsAxis, tAxis] = Array.from(numbers, (value) =>
    value === NOT_MEASURED ? Number.NaN : value,
  ) as [number, number, number, number, number, number, number, number, number];
  const known = (value: number) => (Number.isFinite(value) ? value : null);
  const span = (value: number) => (value > 0 ? value : null);
  return {
    machine_rr_ms: span(rr),
    machine_p_ms: span(pOff - pOn),
    machine_pr_ms: span(qrsOn - pOn),
    machine_qrs_ms: span(qrsOff - qrsOn),
    machine_qt_ms: span(tOff - qrsOn),
    machine_p_axis_degrees: known(pAxis),
    machine_qrs_axis_degrees: known(qrsAxis),
    machine_t_axis_degrees: known(tAxis),
  };
}

/** Ours less the machine's; axes the short way round. NaN where either is missing. */
export function difference({ ours, machine, unit }: Compared, row: Row): number {
  const [a, b] = [row[ours], row[machine]];
  if (typeof a !== "number" || typeof b !== "number") return Number.NaN;
  return unit === "degrees" ? ((((a - b + 180) % 360) + 360) % 360) - 180 : a - b;
}

/** The quantities that differ by more than their tolerance, by id; null where nothing could be compared. */
export function disagreements(row: Row): string | null {
  const known = COMPARED.map((compared) => ({ compared, by: difference(compared, row) })).filter(
    ({ by }) => !Number.isNaN(by),
  );
  if (!known.length) return null;
  return known
    .filter(({ compared, by }) => Math.abs(by) > compared.tolerance)
    .map(({ compared }) => compared.id)
    .join(",");
}
