// Writes tree ensembles as bytes, for trees of any size, and reads them back bit by bit, trusting nothing. Knows no file.
import * as z from "zod";
import { badModel } from "./check.ts";
import type { TreeEnsemble } from "./ensemble.ts";
import {
  type ArrayKey,
  arrayKeys,
  arraysOf,
  bytesIn,
  checkShape,
  ensembleOf,
  headOf,
  headShape,
  options,
} from "./model-file.ts";

/** The first bytes of the form: its name and a line's end, so that it is not taken for text. */
const MAGIC = Uint8Array.from("BEDSIDE-TREES\n\u0000\u0000", (character) => character.charCodeAt(0));
/** Head's length behind the name, as a 32-bit number, little-endian as all numbers are. */
const LENGTH_BYTES = 4;

const size = z.int().nonnegative();
const schema = z.strictObject({
  ...headShape,
  /** Bytes of each array, which follow the head in this order. */
  bytes: z.strictObject(Object.fromEntries(arrayKeys.map((key) => [key, size])) as Record<ArrayKey, typeof size>),
});

/**
 * The ensemble as bytes, in pieces to be written one after the other: name, length of the head, head (JSON), arrays. Pieces are views of
 * the ensemble's own arrays where they can be, so that it takes no second room; there is no limit to the size.
 * @example for (const piece of treesToBytes(ensemble)) await file.write(piece);
 */
export function treesToBytes(ensemble: TreeEnsemble): Uint8Array[] {
  const arrays = arraysOf(ensemble);
  const bytes = Object.fromEntries(arrayKeys.map((key) => [key, bytesIn(arrays[key])]));
  const head = new TextEncoder().encode(JSON.stringify({ ...headOf(ensemble), bytes }));
  const length = new Uint8Array(LENGTH_BYTES);
  new DataView(length.buffer).setUint32(0, head.length, true);
  const parts = arrayKeys.flatMap((key) => arrays[key]);
  return [
    MAGIC.slice(),
    length,
    head,
    ...parts.map((part) => new Uint8Array(part.buffer, part.byteOffset, part.byteLength)),
  ];
}

/**
 * The ensemble of bytes that `treesToBytes` gave, in any pieces.
 * @throws BedsideError `trees/bad-model` with the field, tree and node at fault, `trees/newer-version` for a later format
 */
export function treesFromBytes(bytes: Uint8Array | readonly Uint8Array[]): TreeEnsemble {
  const pieces = bytes instanceof Uint8Array ? [bytes] : bytes;
  let left = bytesIn(pieces);
  let piece = 0;
  let at = 0;
  const take = (count: number, where: string): Uint8Array<ArrayBuffer> => {
    if (count > left) throw badModel(where, `it ends ${count - left} bytes too soon`, options);
    const taken = new Uint8Array(count);
    left -= count;
    for (let filled = 0; filled < count; ) {
      const part = pieces[piece]!.subarray(at, at + count - filled);
      taken.set(part, filled);
      filled += part.length;
      at += part.length;
      if (at === pieces[piece]!.length) {
        piece++;
        at = 0;
      }
    }
    return taken;
  };
  const name = take(MAGIC.length, "the first bytes");
  if (name.some((byte, k) => byte !== MAGIC[k])) throw badModel("the first bytes", "they are of another form", options);
  const length = new DataView(take(LENGTH_BYTES, "the head").buffer).getUint32(0, true);
  const text = new TextDecoder().decode(take(length, "the head"));
  let head: unknown;
  try {
    head = JSON.parse(text);
  } catch {
    throw badModel("the head", "it is not JSON", options);
  }
  const { bytes: sizes, ...said } = checkShape(schema, head);
  const arrays = new Map(arrayKeys.map((key) => [key, take(sizes[key], key)]));
  if (left > 0) throw badModel("the end", `${left} bytes stand behind it`, options);
  return ensembleOf(said, (key) => {
    const array = arrays.get(key);
    arrays.delete(key);
    return array;
  });
}
