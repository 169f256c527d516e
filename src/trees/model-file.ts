// Writes tree ensembles as plain JSON values, arrays as base64, and reads them back bit by bit, trusting nothing. Knows no file.
// For trees too large for a text: model-bytes.ts.
import * as z from "zod";
import { decodeBase64, encodeBase64 } from "../core/base64.ts";
import { BedsideError } from "../core/errors.ts";
import { badModel, checkEnsemble } from "./check.ts";
import type { Tree, TreeEnsemble } from "./ensemble.ts";

/** The version written; a reader refuses versions it does not know. */
export const TREES_SCHEMA_VERSION = 1;

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/, "it is not base64");

/** What a saved ensemble says beside its arrays. */
export const headShape = {
  kind: z.literal("trees"),
  schemaVersion: z.literal(TREES_SCHEMA_VERSION),
  ensemble: z.enum(["boosting", "forest"]),
  objective: z.enum(["binary", "multiclass", "l2", "l1", "quantile", "poisson"]),
  outputs: z.int().positive(),
  outputsPerTree: z.int().positive(),
  baseScore: z.array(z.number()).min(1),
  average: z.boolean(),
  sigmoid: z.number().positive().optional(),
  features: z.array(z.strictObject({ name: z.string(), categories: z.array(z.string()).optional() })).min(1),
};
const head = z.strictObject(headShape);
type Head = z.infer<typeof head>;

const schema = z.strictObject({
  ...headShape,
  /** Nodes of each tree, and then all trees' nodes in a row, little-endian. */
  nodes: base64,
  feature: base64,
  threshold: base64,
  missingLeft: base64,
  left: base64,
  right: base64,
  value: base64,
  cover: base64,
  gain: base64,
  /** Categorical splits: the node's number among all trees', the length of its set, and all sets in a row. */
  setNode: base64,
  setLength: base64,
  setWords: base64,
});

/** A saved ensemble as plain JSON values. */
export type TreesJson = z.infer<typeof schema>;

/** The arrays a saved ensemble is made of, in the order in which they are written. */
export const arrayKeys = [
  "nodes",
  "feature",
  "threshold",
  "missingLeft",
  "left",
  "right",
  "value",
  "cover",
  "gain",
  "setNode",
  "setLength",
  "setWords",
] as const;
export type ArrayKey = (typeof arrayKeys)[number];

/** Most characters of a saved ensemble: engines' texts end a little above 2^29. */
const MOST_CHARACTERS = 500e6;

/**
 * The ensemble as plain JSON values, for `JSON.stringify`. Reading it back gives the same bits.
 * @throws BedsideError `trees/too-large` above some 8 million nodes, whose text no engine holds: see `treesToBytes`
 * @example JSON.stringify(treesToJSON(ensemble))
 */
export function treesToJSON(ensemble: TreeEnsemble): TreesJson {
  const arrays = arraysOf(ensemble);
  const bytes = Object.values(arrays).reduce((sum, parts) => sum + bytesIn(parts), 0);
  if ((bytes / 3) * 4 > MOST_CHARACTERS) {
    const nodes = ensemble.trees.reduce((sum, tree) => sum + tree.feature.length, 0);
    throw new BedsideError({
      code: "trees/too-large",
      what: `The trees are too large to be saved as JSON: ${ensemble.trees.length} trees of ${nodes} nodes in all`,
      where: "trees",
      why: `they take ${Math.round(bytes / 2 ** 20)} MiB, ${Math.round(((bytes / 3) * 4) / 2 ** 20)} MiB as text, and a text holds less than 512 MiB`,
      fix: "Train smaller trees (fewer leaves, more rows in a leaf, a largest depth), or save them with treesToBytes",
    });
  }
  const texts = Object.fromEntries(arrayKeys.map((key) => [key, encodeBase64(arrays[key])]));
  return { ...headOf(ensemble), ...(texts as Record<ArrayKey, string>) };
}

/** The number of bytes of all parts. */
export function bytesIn(parts: readonly ArrayBufferView[]): number {
  return parts.reduce((sum, part) => sum + part.byteLength, 0);
}

/** What is said beside the arrays. */
export function headOf(ensemble: TreeEnsemble): Head {
  const { sigmoid } = ensemble;
  return {
    kind: "trees",
    schemaVersion: TREES_SCHEMA_VERSION,
    ensemble: ensemble.kind,
    objective: ensemble.objective,
    outputs: ensemble.outputs,
    outputsPerTree: ensemble.outputsPerTree,
    baseScore: [...ensemble.baseScore],
    average: ensemble.average,
    ...(sigmoid === undefined ? {} : { sigmoid }),
    features: ensemble.features.map(({ name, categories }) =>
      categories ? { name, categories: [...categories] } : { name },
    ),
  };
}

/** The arrays, each in the parts it is put together from. */
export function arraysOf({ trees }: TreeEnsemble): Record<ArrayKey, readonly ArrayBufferView[]> {
  const setNode: number[] = [];
  const setLength: number[] = [];
  const setWords: number[] = [];
  let start = 0;
  for (const tree of trees) {
    tree.categories?.forEach((set, node) => {
      if (!set) return;
      setNode.push(start + node);
      setLength.push(set.length);
      for (const word of set) setWords.push(word);
    });
    start += tree.feature.length;
  }
  const all = (key: Numbers) => trees.map((tree) => tree[key]);
  return {
    nodes: [Int32Array.from(trees, (tree) => tree.feature.length)],
    feature: all("feature"),
    threshold: all("threshold"),
    missingLeft: all("missingLeft"),
    left: all("left"),
    right: all("right"),
    value: all("value"),
    cover: all("cover"),
    gain: all("gain"),
    setNode: [Int32Array.from(setNode)],
    setLength: [Int32Array.from(setLength)],
    setWords: [Uint32Array.from(setWords)],
  };
}

type Numbers = Exclude<keyof Tree, "categories">;

/**
 * The ensemble of a parsed JSON value.
 * @throws BedsideError `trees/bad-model` with the field, tree and node at fault, `trees/newer-version` for a later format
 */
export function treesFromJSON(value: unknown): TreeEnsemble {
  const saved = checkShape(schema, value);
  return ensembleOf(saved, (key) => decodeBase64(saved[key]));
}

/** A value in the shape of a schema, versions told apart first. */
export function checkShape<T>(shape: z.ZodType<T>, value: unknown): T {
  const version =
    typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : undefined;
  if (typeof version === "number" && version > TREES_SCHEMA_VERSION) {
    throw new BedsideError({
      code: "trees/newer-version",
      what: `The model is saved in format version ${version}; this program knows up to ${TREES_SCHEMA_VERSION}`,
      where: "schemaVersion",
      fix: "Use the version of the program that saved it, or a later one",
    });
  }
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw badModel(issue?.path.join(".") || "the whole", issue?.message ?? "it has another shape", options);
}

/** The bytes of an array in a buffer of their own; undefined where they cannot be read. */
type BytesOf = (key: ArrayKey) => Uint8Array<ArrayBuffer> | undefined;

/** The ensemble of what is said and of its arrays, checked. */
export function ensembleOf(saved: Head, bytesOf: BytesOf): TreeEnsemble {
  const ensemble: TreeEnsemble = {
    schema: 1,
    kind: saved.ensemble,
    objective: saved.objective,
    outputs: saved.outputs,
    outputsPerTree: saved.outputsPerTree,
    baseScore: Float64Array.from(saved.baseScore),
    average: saved.average,
    ...(saved.sigmoid === undefined ? {} : { sigmoid: saved.sigmoid }),
    features: saved.features,
    trees: readTrees(saved.outputsPerTree, bytesOf),
  };
  checkEnsemble(ensemble, options);
  return ensemble;
}

/** What is said of a damaged file. */
export const options = {
  fix: "Give a file written by saving a trained model; this one is damaged or was changed by hand",
};

function readTrees(outputsPerTree: number, saved: BytesOf): Tree[] {
  const nodes = array(saved, "nodes", Int32Array);
  let total = 0;
  nodes.forEach((count, t) => {
    if (count < 1) throw badModel(`nodes, tree ${t}`, `it has ${count} nodes`, options);
    total += count;
  });
  const feature = array(saved, "feature", Int32Array, total);
  const threshold = array(saved, "threshold", Float64Array, total);
  const missingLeft = array(saved, "missingLeft", Uint8Array, total);
  const left = array(saved, "left", Int32Array, total);
  const right = array(saved, "right", Int32Array, total);
  const value = array(saved, "value", Float64Array, total * outputsPerTree);
  const cover = array(saved, "cover", Float64Array, total);
  const gain = array(saved, "gain", Float64Array, total);
  const sets = readSets(saved, total);
  let start = 0;
  return Array.from(nodes, (count) => {
    const end = start + count;
    const tree: Tree = {
      feature: feature.slice(start, end),
      threshold: threshold.slice(start, end),
      missingLeft: missingLeft.slice(start, end),
      left: left.slice(start, end),
      right: right.slice(start, end),
      categories: undefined,
      value: value.slice(start * outputsPerTree, end * outputsPerTree),
      cover: cover.slice(start, end),
      gain: gain.slice(start, end),
    };
    for (let node = start; node < end; node++) {
      const set = sets.get(node);
      if (!set) continue;
      tree.categories ??= new Array<Uint32Array | undefined>(count).fill(undefined);
      tree.categories[node - start] = set;
    }
    start = end;
    return tree;
  });
}

function readSets(saved: BytesOf, total: number): Map<number, Uint32Array> {
  const node = array(saved, "setNode", Int32Array);
  const length = array(saved, "setLength", Int32Array, node.length);
  const words = array(saved, "setWords", Uint32Array);
  const sets = new Map<number, Uint32Array>();
  let start = 0;
  for (let s = 0; s < node.length; s++) {
    if (!(node[s]! >= 0 && node[s]! < total) || sets.has(node[s]!)) {
      throw badModel("setNode", `entry ${s} is not a node of its own among ${total}`, options);
    }
    if (length[s]! < 1) throw badModel("setLength", `entry ${s} is ${length[s]}`, options);
    sets.set(node[s]!, words.slice(start, start + length[s]!));
    start += length[s]!;
  }
  if (start !== words.length) throw badModel("setWords", `it holds ${words.length} words, not ${start}`, options);
  return sets;
}

interface ArrayType<A> {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): A;
}

/** The numbers of a field; `length` says how many there have to be. */
function array<A extends { length: number }>(saved: BytesOf, key: ArrayKey, type: ArrayType<A>, length?: number): A {
  const bytes = saved(key);
  if (!bytes) throw badModel(key, "it is not base64", options);
  if (bytes.length % type.BYTES_PER_ELEMENT !== 0) throw badModel(key, "it ends within a number", options);
  const numbers = new type(bytes.buffer);
  if (length !== undefined && numbers.length !== length) {
    throw badModel(key, `it holds ${numbers.length} numbers, not ${length}`, options);
  }
  return numbers;
}
