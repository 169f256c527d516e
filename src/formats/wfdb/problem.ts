// The errors of the WFDB readers and writers, said in one form. Knows no format.
import { BedsideError } from "../../core/errors.ts";

/** A file that cannot be read as WFDB. `why` never holds samples, notes or comments. */
export function invalid(where: string, what: string, why: string): BedsideError {
  return new BedsideError({
    code: "wfdb/invalid",
    what,
    where,
    why,
    fix: "the file is damaged or not of the WFDB format: copy or export it again",
  });
}

/** A record that cannot be written in the form asked for. */
export function unwritable(where: string, what: string, why: string, fix: string): BedsideError {
  return new BedsideError({ code: "wfdb/unwritable", what, where, why, fix });
}
