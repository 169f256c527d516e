// Whether measurements may be sent to a text model: open and made-up data freely, credentialed data by a recorded ruling only.
import { readFileSync } from "node:fs";
import { BedsideError } from "../../core/errors.ts";
import { explainFailure, hashText } from "../../store/index.ts";
import { chatAddress } from "./text/model.ts";

/** What a ruling says, as it goes into the manifest. */
export interface Ruling {
  /** Who decided, and when. */
  by: string;
  date: string;
  reason: string;
  /** SHA-256 of the file. */
  sha256: string;
}

/**
 * The ruling that lets credentialed data go to the address; undefined where none is needed. The file is JSON with `allows`
 * ("text-model"), `address` (of the model), `data` (`mimic-iv-ecg`), `by`, `date` (YYYY-MM-DD) and `reason`.
 * @throws BedsideError `text-model/no-ruling`, `text-model/other-ruling`
 */
export function checkRuling(
  { dataUse, source, url }: { dataUse: string; source: string; url: string },
  file?: string | undefined,
): Ruling | undefined {
  if (file === undefined) {
    if (dataUse !== "credentialed") return undefined;
    throw new BedsideError({
      code: "text-model/no-ruling",
      what: "These records may not be sent to a text model",
      why: "they are credentialed, or lie beside credentialed data: their agreement forbids passing them on",
      fix: "leave out --text-model; or record in a file who allowed it, and name it with --ruling (docs/meeti.md)",
    });
  }
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw explainFailure(cause, file);
  }
  const ruling = parse(text);
  const wrong = Object.entries({
    allows: ruling["allows"] === "text-model" ? undefined : 'it must be "text-model"',
    address: sameAddress(ruling["address"], url) ? undefined : "it is not the address given with --text-model",
    data: ruling["data"] === source ? undefined : `it must be "${source}"`,
    by: ruling["by"]?.trim() ? undefined : "it must name who decided",
    date: /^\d{4}-\d{2}-\d{2}$/.test(ruling["date"] ?? "") ? undefined : "it must be YYYY-MM-DD",
    reason: ruling["reason"]?.trim() ? undefined : "it must say why",
  }).find(([, fault]) => fault !== undefined);
  if (wrong) {
    throw new BedsideError({
      code: "text-model/other-ruling",
      what: "The ruling does not allow this",
      where: file,
      why: `${wrong[0]}: ${wrong[1]}`,
      fix: "write down what was decided, for this address and these data (docs/meeti.md)",
    });
  }
  return { by: ruling["by"]!, date: ruling["date"]!, reason: ruling["reason"]!, sha256: hashText(text) };
}

function parse(text: string): Record<string, string> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, word]) => [name, String(word)]));
  } catch {
    // what is missing is said by the caller
  }
  return {};
}

function sameAddress(given: string | undefined, url: string): boolean {
  try {
    return given !== undefined && chatAddress(given) === chatAddress(url);
  } catch {
    return false;
  }
}
