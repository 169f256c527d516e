import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TreeEnsemble } from "./ensemble.ts";
import { randomEnsemble } from "./fixture.ts";
import { treesFromBytes, treesToBytes } from "./model-bytes.ts";
import { treesToJSON } from "./model-file.ts";

const joined = (ensemble: TreeEnsemble) => new Uint8Array(Buffer.concat(treesToBytes(ensemble)));

describe("an ensemble saved as bytes", () => {
  test("is read back bit by bit, in one piece or in many", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(1, 3),
        fc.constantFrom("boosting", "forest"),
        fc.integer({ min: 1, max: 900 }),
        (seed, outputs, kind, step) => {
          const ensemble = randomEnsemble({ seed, outputs, kind: kind as TreeEnsemble["kind"] });
          const bytes = joined(ensemble);
          expect(treesFromBytes(bytes)).toStrictEqual(ensemble);
          const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, k) =>
            bytes.subarray(k * step, (k + 1) * step),
          );
          expect(treesFromBytes(pieces)).toStrictEqual(ensemble);
          expect(treesFromBytes([new Uint8Array(0), ...pieces, new Uint8Array(0)])).toStrictEqual(ensemble);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("is refused where it is damaged, cut off, too long, of another form or of a later version", () => {
    const ensemble = randomEnsemble({ seed: 2, trees: 6 });
    const bytes = joined(ensemble);
    const refused = (damaged: Uint8Array, words: RegExp) => expect(() => treesFromBytes(damaged)).toThrow(words);
    refused(new Uint8Array(0), /first bytes/);
    refused(bytes.subarray(1), /another form/);
    refused(bytes.subarray(0, bytes.length - 5), /too soon/);
    refused(Uint8Array.from([...bytes, 7]), /1 bytes stand behind it/);
    const at = Buffer.from(bytes).indexOf('"schemaVersion":1') + '"schemaVersion":'.length;
    const later = bytes.slice();
    later[at] = "2".charCodeAt(0);
    refused(later, /format version 2/);
    const broken = bytes.slice();
    broken[at] = "x".charCodeAt(0);
    refused(broken, /not JSON/);
  });

  test("any change of one byte is refused or still a sound ensemble", () => {
    const bytes = joined(randomEnsemble({ seed: 2, splits: 7, trees: 6, categorical: 0.5 }));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = bytes.slice();
        damaged[at]! ^= change;
        try {
          treesFromBytes(damaged);
        } catch (error) {
          expect((error as Error).name).toBe("BedsideError");
        }
      }),
      { numRuns: 400 },
    );
  });
});

test("trees too large for a text are refused as JSON with what to do, and are written as bytes without a copy", () => {
  const one = randomEnsemble({ trees: 1, splits: 40_000, categorical: 0, seed: 4 });
  const tree = one.trees[0]!;
  const times = Math.ceil(9e6 / tree.feature.length);
  const large: TreeEnsemble = { ...one, trees: new Array(times).fill(tree) };
  expect(() => treesToJSON(large)).toThrow(
    expect.objectContaining({
      problem: expect.objectContaining({ code: "trees/too-large", fix: expect.stringContaining("treesToBytes") }),
    }),
  );
  const pieces = treesToBytes(large);
  expect(pieces.filter((piece) => piece.buffer === tree.threshold.buffer)).toHaveLength(times);
});
