// Whether two Parquet tables hold the same values, so that speed is compared on the same answer. Knows no rival.
import { join as joinPath } from "node:path";

/** Numbers this near, in parts of their size, are equal: sums may be taken in another order. */
const TOLERANCE = 1e-9;

/**
 * Compares the columns of `ours` with those of the same name in `theirs`, row by row along `keys`, where both have the row. A
 * column the other table lacks differs in every row.
 * Gives `{ rows, otherRows, shared, columns: [{ name, different }] }`; `shared` counts the rows that both have.
 */
export async function compareTables(ours, theirs, keys, folder) {
  const { openDatabase, identifier, join, literal, Sql, sql } = await import("../dist/store/index.js");
  const db = await openDatabase({ folders: [folder], tempFolder: joinPath(folder, "temp") });
  try {
    const table = (path) => sql`read_parquet(${literal(path)})`;
    const described = (path) => db.rows(sql`describe select * from ${table(path)}`);
    const names = (await described(ours)).filter(({ column_name }) => !keys.includes(column_name));
    const others = new Set((await described(theirs)).map(({ column_name }) => column_name));
    const different = names.map(({ column_name: name, column_type: type }) => {
      if (!others.has(name)) return sql`count(*)::double as ${identifier(name)}`;
      const isNumber = /INT|DOUBLE|FLOAT/.test(type);
      const as = new Sql([isNumber ? "double" : type], []);
      const [a, b] = ["mine", "other"].map((table) => sql`try_cast(${identifier(table, name)} as ${as})`);
      const isNear = isNumber ? sql`abs(${a} - ${b}) <= ${TOLERANCE}::double * abs(${a})` : sql`false`;
      return sql`
        count(*) filter (not (${a} is not distinct from ${b} or coalesce(${isNear}, false)))::double as ${identifier(name)}`;
    });
    const on = join(keys.map((key) => identifier(key)));
    const counts = await db.row(sql`
      select count(*)::double as shared_rows, ${join(different)} from ${table(ours)} mine join ${table(theirs)} other using (${on})`);
    const count = async (path) => (await db.row(sql`select count(*)::double as rows from ${table(path)}`)).rows;
    return {
      rows: await count(ours),
      otherRows: await count(theirs),
      shared: counts.shared_rows,
      columns: names.map(({ column_name: name }) => ({ name, different: counts[name] })),
    };
  } finally {
    db.close();
  }
}

/** Columns that differ are named up to so many. */
const NAMED = 8;

/** In words: which columns of a table of records differ. */
export function columnsInWords({ rows, otherRows, shared, columns }) {
  const differing = columns.filter(({ different }) => different > 0);
  const equal = `${columns.length - differing.length} of ${columns.length} columns are equal`;
  const isWhole = rows === shared && otherRows === shared;
  const extra = isWhole ? "" : `; OTHER ROWS: ${rows} here, ${otherRows} there, ${shared} in both`;
  if (differing.length === 0) return `${equal}${extra}`;
  const named = differing.slice(0, NAMED).map(({ name, different }) => `${name} (${different} rows)`);
  const more = differing.length > NAMED ? ` and ${differing.length - NAMED} more` : "";
  return `${equal}${extra}; OTHER VALUES in ${named.join(", ")}${more}`;
}

/** In words: how many cells of our grid are in the other with the same value. */
export function cellsInWords({ rows, shared, columns }) {
  const cells = rows * columns.length;
  const same = shared * columns.length - columns.reduce((sum, { different }) => sum + different, 0);
  const share = `${((100 * same) / cells).toFixed(4)} % of ${cells.toLocaleString("en")} cells of our grid are equal`;
  return same === cells ? share : `${share}: OTHER VALUES in ${(cells - same).toLocaleString("en")}`;
}
