// Base64 of typed arrays, in any JavaScript engine of a little-endian machine (all that run JavaScript today). Knows no model.

/** Characters are made of this many bytes at a time: a multiple of 3, short enough to spread as arguments. */
const pieceBytes = 3 * 4096;

/** The bytes of the arrays, one after the other, as base64. */
export function encodeBase64(arrays: readonly ArrayBufferView[]): string {
  const bytes = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  const pieces: string[] = [];
  for (let from = 0; from < bytes.length; from += pieceBytes) {
    pieces.push(btoa(String.fromCharCode(...bytes.subarray(from, from + pieceBytes))));
  }
  return pieces.join("");
}

/** The bytes of a base64 text in a buffer of their own; undefined where the text is not base64. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    return undefined;
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
