// Query results as typed arrays, one per column, without a boxed value per cell. Knows nothing of what columns mean.
import { type DuckDBDataChunk, type DuckDBResult, DuckDBTypeId } from "@duckdb/node-api";
import { Bug } from "../core/errors.ts";

/** A column: numbers (null is NaN), truth values (0/1), or texts (null is null). */
export type Column = Float64Array | Float32Array | Int32Array | Uint8Array | (string | null)[];

/** A piece of a result, or the whole of it. */
export interface Columns {
  rows: number;
  names: string[];
  /** The column of that name; a name the query does not give is a Bug. */
  numbers(name: string): Float64Array;
  floats(name: string): Float32Array;
  integers(name: string): Int32Array;
  truths(name: string): Uint8Array;
  texts(name: string): (string | null)[];
}

type Target = { array: Column; kind: Kind };
type Kind = "number" | "float" | "integer" | "truth" | "text";

/** How each DuckDB type is held: whole numbers over 32 bits and times become 64-bit floats (times in seconds). */
function kindOf(type: DuckDBTypeId, name: string): Kind {
  switch (type) {
    case DuckDBTypeId.FLOAT:
      return "float";
    case DuckDBTypeId.DOUBLE:
    case DuckDBTypeId.BIGINT:
    case DuckDBTypeId.UBIGINT:
    case DuckDBTypeId.UINTEGER:
    case DuckDBTypeId.TIMESTAMP:
      return "number";
    case DuckDBTypeId.INTEGER:
    case DuckDBTypeId.SMALLINT:
    case DuckDBTypeId.TINYINT:
    case DuckDBTypeId.USMALLINT:
    case DuckDBTypeId.UTINYINT:
      return "integer";
    case DuckDBTypeId.BOOLEAN:
      return "truth";
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
      return "text";
    default:
      throw new Bug(`Column ${name} has a type that has no typed array (${DuckDBTypeId[type]}); cast it in the query`);
  }
}

function allocate(kind: Kind, length: number): Column {
  switch (kind) {
    case "number":
      return new Float64Array(length);
    case "float":
      return new Float32Array(length);
    case "integer":
      return new Int32Array(length);
    case "truth":
      return new Uint8Array(length);
    case "text":
      return new Array<string | null>(length).fill(null);
  }
}

/** Copies one column of a chunk to `target.array` at `offset`. */
function copyColumn(
  chunk: DuckDBDataChunk,
  index: number,
  type: DuckDBTypeId,
  target: Target,
  offset: number,
  name: string,
) {
  const count = chunk.rowCount;
  const vector = chunk.getColumnVector(index);
  const { array, kind } = target;
  if (kind === "text") {
    for (let i = 0; i < count; i++) (array as (string | null)[])[offset + i] = vector.getItem(i) as string | null;
    return;
  }
  const numbers = array as Float64Array;
  const items = (vector as unknown as { items?: ArrayLike<number | bigint> }).items;
  const validity = (vector as unknown as { validity: { itemValid(i: number): boolean; data: BigUint64Array | null } })
    .validity;
  if (type === DuckDBTypeId.BOOLEAN || items === undefined) {
    for (let i = 0; i < count; i++) {
      const item = vector.getItem(i);
      if (item === null) throw nullInside(name);
      numbers[offset + i] = Number(item);
    }
    return;
  }
  if (type === DuckDBTypeId.BIGINT || type === DuckDBTypeId.UBIGINT) {
    for (let i = 0; i < count; i++) numbers[offset + i] = Number(items[i]);
  } else if (type === DuckDBTypeId.TIMESTAMP) {
    for (let i = 0; i < count; i++) numbers[offset + i] = Number(items[i]) / 1e6;
  } else {
    numbers.set((items as Float64Array).subarray(0, count), offset);
  }
  if (validity.data === null) return;
  for (let i = 0; i < count; i++) {
    if (validity.itemValid(i)) continue;
    if (kind === "integer") throw nullInside(name);
    numbers[offset + i] = Number.NaN;
  }
}

function nullInside(name: string): Bug {
  return new Bug(
    `Column ${name} holds a null, which its typed array cannot; coalesce it or cast it to double in the query`,
  );
}

function view(names: string[], rows: number, targets: Target[]): Columns {
  const pick = (name: string, kind: Kind): Column => {
    const i = names.indexOf(name);
    if (i < 0) throw new Bug(`The query gives no column ${name}; it gives ${names.join(", ")}`);
    if (targets[i]!.kind !== kind) throw new Bug(`Column ${name} is held as ${targets[i]!.kind}, not ${kind}`);
    return targets[i]!.array;
  };
  return {
    rows,
    names,
    numbers: (name) => pick(name, "number") as Float64Array,
    floats: (name) => pick(name, "float") as Float32Array,
    integers: (name) => pick(name, "integer") as Int32Array,
    truths: (name) => pick(name, "truth") as Uint8Array,
    texts: (name) => pick(name, "text") as (string | null)[],
  };
}

/** The result in pieces of about `size` rows, in the order of the query. Memory does not grow with the result. */
export async function* columnChunks(result: DuckDBResult, size = 65_536): AsyncGenerator<Columns> {
  const names = result.columnNames();
  const types = names.map((_, i) => result.columnTypeId(i));
  const kinds = types.map((type, i) => kindOf(type, names[i]!));
  let held: DuckDBDataChunk[] = [];
  let rows = 0;
  const flush = (): Columns => {
    const targets = kinds.map((kind) => ({ kind, array: allocate(kind, rows) }));
    let offset = 0;
    for (const chunk of held) {
      targets.forEach((target, i) => {
        copyColumn(chunk, i, types[i]!, target, offset, names[i]!);
      });
      offset += chunk.rowCount;
    }
    const piece = view(names, rows, targets);
    held = [];
    rows = 0;
    return piece;
  };
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    held.push(chunk);
    rows += chunk.rowCount;
    if (rows >= size) yield flush();
  }
  if (rows > 0) yield flush();
}

/** The whole result at once. */
export async function allColumns(result: DuckDBResult): Promise<Columns> {
  for await (const piece of columnChunks(result, Number.POSITIVE_INFINITY)) return piece;
  const names = result.columnNames();
  const targets = names.map((name, i) => {
    const kind = kindOf(result.columnTypeId(i), name);
    return { kind, array: allocate(kind, 0) };
  });
  return view(names, 0, targets);
}
