// Reads the rhythm leads of SCP-ECG files (EN 1064, ISO 11073-91064). Knows no patient: of section 1 only the time of recording.
import { BedsideError } from "../../core/errors.ts";
import { decodeHuffman } from "./huffman.ts";
import { invalidScp, readSections, type ScpSection } from "./sections.ts";

/** One lead as stored. */
export interface ScpLead {
  /** Number of the lead in the standard's list. */
  code: number;
  /** `V1`; `lead 200` for one that is not in the list. */
  name: string;
  /** First sample's place on the common time axis, from 0. */
  start: number;
  /** Units of `microvolts` each. */
  digits: Int32Array;
}

export interface ScpEcg {
  /** `YYYYMMDDHHMMSS` as the file has it; left out where it has none. */
  acquired?: string;
  /** Samples a second. */
  rateHz: number;
  /** µV a unit. */
  microvolts: number;
  leads: ScpLead[];
}

/** Leads by number: 1 to 16 as listed, then the derived limb leads and V8, V9. */
const LEADS: Readonly<Record<number, string>> = {
  ...Object.fromEntries(
    ["I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V2R", "V3R", "V4R", "V5R", "V6R", "V7R", "X", "Y", "Z"].map(
      (name, i) => [i + 1, name],
    ),
  ),
  61: "III",
  62: "aVR",
  63: "aVL",
  64: "aVF",
  66: "V8",
  67: "V9",
};
const DEFAULT_TABLE = 19_999;
const LEAD_BYTES = 9;
const TAG_DATE = 25;
const TAG_TIME = 26;
const LAST_TAG = 255;

/**
 * The rhythm leads (section 6): raw or Huffman-coded by the default table, first or second differences or none.
 * @param checksums Default true.
 * @throws BedsideError `scp-ecg/invalid`; `scp-ecg/unsupported` for reference beats taken off, bimodal compression and tables of the file's own.
 * @example readScpEcg(bytes).leads[0].name // "I"
 */
export function readScpEcg(file: Uint8Array, { checksums = true }: { checksums?: boolean } = {}): ScpEcg {
  const sections = readSections(file, { checksums });
  const need = (id: number) => {
    const section = sections.get(id);
    if (!section) throw invalidScp(`it has no section ${id}`);
    return section;
  };
  const { leads, isReferenceTaken } = readLeads(need(3));
  const { view, bytes } = need(6);
  const header = 6 + 2 * leads.length;
  if (bytes.length < header) throw invalidScp("section 6 is shorter than its header");
  const nanovolts = view.getUint16(0, true);
  const microseconds = view.getUint16(2, true);
  const differences = view.getUint8(4);
  if (!nanovolts || !microseconds) throw invalidScp("section 6 gives no unit or no sampling time");
  if (differences > 2) throw invalidScp("section 6 gives differences of an unknown order");
  if (isReferenceTaken) throw unsupported("its rhythm is what is left after a reference beat was taken off");
  if (view.getUint8(5)) throw unsupported("its rhythm is compressed bimodally");
  const table = sections.get(2);
  if (table) checkTable(table);
  let at = header;
  return {
    ...acquiredOf(sections.get(1)),
    rateHz: 1e6 / microseconds,
    microvolts: nanovolts / 1000,
    leads: leads.map(({ code, start, samples }, l) => {
      const size = view.getUint16(6 + 2 * l, true);
      const data = bytes.subarray(at, at + size);
      if (data.length < size) throw invalidScp("a lead's samples end outside section 6");
      at += size;
      const digits = table ? decodeHuffman(data, checkCount(samples, 8 * size)) : plain(data, samples);
      if (!digits) throw invalidScp("a lead's samples end early or hold an unknown code");
      addUp(digits, differences);
      return { code, name: LEADS[code] ?? `lead ${code}`, start, digits };
    }),
  };
}

/** Samples in mV. */
export function scpMillivolts({ microvolts }: ScpEcg, lead: ScpLead): Float32Array {
  return Float32Array.from(lead.digits, (digit) => (digit * microvolts) / 1000);
}

function readLeads({ view, bytes }: ScpSection) {
  if (bytes.length < 2) throw invalidScp("section 3 is shorter than its header");
  const count = view.getUint8(0);
  if (bytes.length < 2 + count * LEAD_BYTES) throw invalidScp("section 3 is shorter than its leads");
  const leads = Array.from({ length: count }, (_, l) => {
    const at = 2 + l * LEAD_BYTES;
    const first = view.getUint32(at, true);
    const last = view.getUint32(at + 4, true);
    if (last < first) throw invalidScp("a lead ends before it begins");
    const code = view.getUint8(at + 8);
    // The standard counts from 1 to the last sample; some writers count from 0 to the one after it.
    return first === 0 ? { code, start: 0, samples: last } : { code, start: first - 1, samples: last - first + 1 };
  });
  return { leads, isReferenceTaken: (view.getUint8(1) & 1) === 1 };
}

/** Section 2 names the standard's default table, or brings tables of its own, which are not read: no other reader of them agreed with ours. */
function checkTable({ view, bytes }: ScpSection): void {
  if (bytes.length < 2) throw invalidScp("section 2 is empty");
  if (view.getUint16(0, true) !== DEFAULT_TABLE) throw unsupported("it has Huffman tables of its own");
}

/** Every sample takes a bit at least: a count beyond that is none. */
function checkCount(samples: number, most: number): number {
  if (samples > most) throw invalidScp("a lead has more samples than its bytes can hold");
  return samples;
}

function plain(data: Uint8Array, samples: number): Int32Array | undefined {
  if (data.length < 2 * samples) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Int32Array.from({ length: samples }, (_, i) => view.getInt16(2 * i, true));
}

/** From differences of order 1 or 2 to samples, in place. */
function addUp(digits: Int32Array, order: number): void {
  if (order === 1) for (let i = 1; i < digits.length; i++) digits[i]! += digits[i - 1]!;
  if (order === 2) for (let i = 2; i < digits.length; i++) digits[i]! += 2 * digits[i - 1]! - digits[i - 2]!;
}

function acquiredOf(section: ScpSection | undefined): { acquired?: string } {
  if (!section) return {};
  const { view, bytes } = section;
  const two = (value: number) => String(value).padStart(2, "0");
  let date = "";
  let time = "000000";
  for (let at = 0; at + 3 <= bytes.length; ) {
    const tag = view.getUint8(at);
    const length = view.getUint16(at + 1, true);
    const value = at + 3;
    if (tag === LAST_TAG || value + length > bytes.length) break;
    if (tag === TAG_DATE && length >= 4) {
      date = `${String(view.getUint16(value, true)).padStart(4, "0")}${two(view.getUint8(value + 2))}${two(view.getUint8(value + 3))}`;
    }
    if (tag === TAG_TIME && length >= 3) time = [0, 1, 2].map((k) => two(view.getUint8(value + k))).join("");
    at = value + length;
  }
  return date ? { acquired: date + time } : {};
}

function unsupported(why: string): BedsideError {
  return new BedsideError({
    code: "scp-ecg/unsupported",
    what: "This kind of SCP-ECG file cannot be read",
    where: "the SCP-ECG reader",
    why,
    fix: "export it without that compression (differences and the default Huffman codes are read), or as HL7 aECG or DICOM",
  });
}
