// The frame of an SCP-ECG file: its length, checksums and the places of its sections. Reads no section's content.
import { BedsideError } from "../../core/errors.ts";

/** A file that cannot be read as SCP-ECG. `why` never holds content of the file. */
export function invalidScp(why: string): BedsideError {
  return new BedsideError({
    code: "scp-ecg/invalid",
    what: "The file cannot be read as SCP-ECG",
    where: "the SCP-ECG reader",
    why,
    fix: "the file is damaged or not SCP-ECG (EN 1064): copy or export it again",
  });
}

/** A section's content, without its header. */
export interface ScpSection {
  id: number;
  view: DataView;
  bytes: Uint8Array;
}

const RECORD_HEADER = 6;
const SECTION_HEADER = 16;
const POINTER_BYTES = 10;
const MOST_SECTIONS = 1024;

/**
 * The sections by number.
 * @param checksums Whether checksums must agree; some writers leave them out or wrong.
 * @throws BedsideError `scp-ecg/invalid`
 */
export function readSections(file: Uint8Array, { checksums }: { checksums: boolean }): Map<number, ScpSection> {
  if (file.length < RECORD_HEADER + SECTION_HEADER) throw invalidScp("it is shorter than its headers");
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = view.getUint32(2, true);
  if (length > file.length) throw invalidScp("it is shorter than the length it states");
  if (checksums && crc(file.subarray(2, length)) !== view.getUint16(0, true))
    throw invalidScp("its checksum disagrees");
  const pointers = sectionAt(file, 0, RECORD_HEADER, undefined, checksums);
  const sections = new Map<number, ScpSection>();
  const count = Math.floor(pointers.bytes.length / POINTER_BYTES);
  if (count > MOST_SECTIONS) throw invalidScp("its list of sections is too long");
  for (let i = 0; i < count; i++) {
    const at = i * POINTER_BYTES;
    const id = pointers.view.getUint16(at, true);
    const size = pointers.view.getUint32(at + 2, true);
    const index = pointers.view.getUint32(at + 6, true);
    if (id === 0 || size === 0) continue;
    if (sections.has(id)) throw invalidScp("a section is listed twice");
    sections.set(id, sectionAt(file, id, index - 1, size, checksums));
  }
  return sections;
}

function sectionAt(file: Uint8Array, id: number, at: number, size: number | undefined, checksums: boolean): ScpSection {
  if (at < 0 || at + SECTION_HEADER > file.length) throw invalidScp("a section begins outside the file");
  const header = new DataView(file.buffer, file.byteOffset + at, SECTION_HEADER);
  const length = header.getUint32(4, true);
  if (header.getUint16(2, true) !== id) throw invalidScp("a section is not the one its pointer says");
  if (length < SECTION_HEADER || at + length > file.length || (size !== undefined && size !== length)) {
    throw invalidScp("a section ends outside the file or has another length than its pointer says");
  }
  const whole = file.subarray(at, at + length);
  if (checksums && crc(whole.subarray(2)) !== header.getUint16(0, true)) {
    throw invalidScp("a section's checksum disagrees");
  }
  const bytes = whole.subarray(SECTION_HEADER);
  return { id, bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

/** CRC-CCITT: polynomial 0x1021, all ones to begin with. */
export function crc(bytes: Uint8Array): number {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte << 8;
    for (let k = 0; k < 8; k++) value = value & 0x8000 ? ((value << 1) ^ 0x1021) & 0xffff : (value << 1) & 0xffff;
  }
  return value;
}
