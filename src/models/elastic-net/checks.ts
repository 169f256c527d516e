// Refuses targets no regression can learn from. Knows no solver.
import { BedsideError } from "../../core/errors.ts";
import { sizeMismatch } from "../checks.ts";

/** Targets as 64-bit numbers; throws `models/bad-target` unless there is a finite one for every row. */
export function checkValues(y: ArrayLike<number>, rows: number, where = "y"): Float64Array {
  if (y.length !== rows) throw sizeMismatch(where, `it has ${y.length} values, but the table has ${rows} rows`);
  const values = Float64Array.from(y);
  let missing = 0;
  for (const value of values) if (!Number.isFinite(value)) missing++;
  if (missing === 0) return values;
  throw new BedsideError({
    code: "models/bad-target",
    what: `${missing} of ${rows} target values are NaN or infinite`,
    where,
    fix: "Leave out rows without an outcome",
  });
}
