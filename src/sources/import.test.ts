// Folders into stores: what is found, what is refused and in which words, what a second import does.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BedsideError, Stopped } from "../core/errors.ts";
import { silent } from "../core/progress.ts";
import { hashFile, literal, openDatabase, openRecordStore, Sql, sql } from "../store/index.ts";
import { describeImport } from "./describe.ts";
import { type FixtureOptions, writeFixture } from "./fixture.ts";
import { importRecords } from "./import.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bedside-import-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const few = ["patients", "admissions", "icustays", "chartevents"];
const data = (name = "data") => join(folder, name);
const store = (name = "store") => join(folder, name);
const fixture = (options: Partial<FixtureOptions> = {}, name = "data") =>
  writeFixture(data(name), { source: "mimic-iv", tables: few, ...options });
const importAll = (...names: string[]) =>
  importRecords(names.length ? names.map(data) : [data()], store(), { progress: silent });

/** Replaces the text of a compressed file. */
function rewrite(file: string, change: (text: string) => string): void {
  const path = join(data(), file);
  writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString("utf8"))));
}

/** Makes a Parquet file of icustays in place of the csv, with one column changed. */
async function asParquet(change: string): Promise<string> {
  const csv = join(data(), "icu/icustays.csv.gz");
  const parquet = join(data(), "icu/icustays.parquet");
  const db = await openDatabase({ folders: [data()], tempFolder: join(folder, "temp") });
  await db.run(
    sql`copy (select * replace (${new Sql([change], [])}) from read_csv(${csv})) to ${literal(parquet)} (format parquet)`,
  );
  db.close();
  rmSync(csv);
  return parquet;
}

async function refusal(attempt: Promise<unknown> = importAll()): Promise<BedsideError["problem"]> {
  const error = await attempt.then(
    () => undefined,
    (cause) => cause,
  );
  expect(error).toBeInstanceOf(BedsideError);
  expect(existsSync(join(store(), "store.json"))).toBe(false);
  if (existsSync(store())) {
    const left = readdirSync(store(), { recursive: true }).map(String);
    expect(left.filter((name) => name.endsWith(".part") || name.includes(".temp"))).toEqual([]);
  }
  return (error as BedsideError).problem;
}

async function contents(name = "store"): Promise<unknown> {
  const opened = await openRecordStore(store(name), { tempFolder: join(folder, "temp") });
  try {
    const tables = opened.manifest.sources.flatMap(({ id, tables }) =>
      tables.map(({ table }) => `${id.replaceAll("-", "_")}.${table}`),
    );
    const rows: Record<string, unknown> = {};
    for (const table of tables) {
      rows[table] = await opened.db.rows(sql`select * from query_table(${table})`);
    }
    return JSON.parse(JSON.stringify(rows, (_, value) => (typeof value === "bigint" ? Number(value) : value)));
  } finally {
    opened.close();
  }
}

describe("finds", () => {
  test("all tables of each data set, and tells them apart", async () => {
    for (const source of ["mimic-iv", "mimic-iv-ed"]) writeFixture(data(), { source });
    writeFixture(data("three"), { source: "mimic-iii", capitals: true });
    const manifest = await importAll("data", "three");
    expect(manifest.sources.map(({ id, tables, missing }) => [id, tables.length, missing.length])).toEqual([
      ["mimic-iv", 31, 0],
      ["mimic-iv-ed", 6, 0],
      ["mimic-iii", 26, 0],
    ]);
  });

  test("modules that lie in folders of their own", async () => {
    fixture({ tables: ["patients", "admissions"] }, "hosp-part");
    fixture({ tables: ["icustays"] }, "icu-part");
    renameSync(join(data("icu-part"), "icu"), data("icu"));
    const manifest = await importAll("hosp-part", "icu");
    expect(manifest.sources[0]!.tables.map(({ table }) => table)).toEqual(["patients", "admissions", "icustays"]);
  });

  test.each([
    { version: "1.0", range: "1.0" },
    { version: "2.0", range: "2.0 to 2.1" },
    { version: "2.2", range: "2.2 to 3.1" },
  ])("version $version by its columns", async ({ version, range }) => {
    fixture({ version, tables: [...few, "prescriptions", "omr"] });
    const manifest = await importAll();
    expect(manifest.sources[0]!.version).toBe(range);
  });

  test("version 1.0 by its core folder", async () => {
    fixture({ version: "1.0" });
    mkdirSync(join(data(), "core"));
    renameSync(join(data(), "hosp", "patients.csv.gz"), join(data(), "core", "patients.csv.gz"));
    expect((await importAll()).sources[0]!.version).toBe("1.0");
  });

  test("the name a column had in an older version", async () => {
    fixture({ version: "1.0" });
    rewrite("hosp/admissions.csv.gz", (text) => text.replace(",race,", ",ethnicity,"));
    await importAll();
    expect(JSON.stringify(await contents())).toContain('"race"');
  });

  test("the same in csv, csv.gz and, after an import, in Parquet", async () => {
    fixture();
    fixture({ format: "csv" }, "plain");
    await importRecords([data()], store("a"), { progress: silent });
    await importRecords([data("plain")], store("b"), { progress: silent });
    mkdirSync(data("parquet"));
    renameSync(join(store("b"), "mimic-iv"), join(data("parquet"), "hosp"));
    await importRecords([data("parquet")], store("c"), { progress: silent });
    const reference = await contents("a");
    expect(JSON.stringify(reference)).toContain('text, 3 \\"');
    expect(await contents("c")).toEqual(reference);
  });

  test("rows sorted, and a missing table with what cannot be run without it", async () => {
    fixture({ tables: few.filter((table) => table !== "icustays") });
    const manifest = await importAll();
    const lines = describeImport(manifest);
    expect(lines.find((line) => line.includes("icustays"))).toMatch(/missing.*cannot be run without it: .+/);
    const { "mimic_iv.patients": patients } = (await contents()) as Record<string, { subject_id: number }[]>;
    expect(patients!.map(({ subject_id }) => subject_id)).toEqual([100, 200, 300]);
  });

  test("files whose whole name is in capitals", async () => {
    writeFixture(data("three"), { source: "mimic-iii", tables: ["patients", "icustays"], capitals: true });
    for (const name of readdirSync(data("three"))) {
      renameSync(join(data("three"), name), join(data("three"), name.toUpperCase()));
    }
    expect((await importAll("three")).sources[0]!.tables.map(({ rows }) => rows)).toEqual([3, 3]);
  });

  test("modules behind links, and a folder given beside the one that holds it", async () => {
    fixture({}, "elsewhere");
    mkdirSync(data());
    for (const module of ["hosp", "icu"]) symlinkSync(join("..", "elsewhere", module), join(data(), module));
    const manifest = await importAll("data", "elsewhere", "elsewhere/icu");
    expect(manifest.sources[0]!.tables.map(({ rows }) => rows)).toEqual([3, 3, 3, 3]);
  });

  test("no tables in a store that lies among the records", async () => {
    fixture();
    await importRecords([data()], store("a"), { progress: silent });
    renameSync(store("a"), join(data(), "old-store"));
    const paths = (await importAll()).sources[0]!.tables.map(({ input }) => input.path);
    expect(paths.filter((path) => path.includes("old-store"))).toEqual([]);
    expect(paths.length).toBe(few.length);
  });

  test("a synthetic hospital by the note beside it, with the rows the note declares", async () => {
    fixture();
    writeFileSync(
      join(data(), "SYNTHETIC.json"),
      JSON.stringify({ version: "3.1", rows: { patients: 3, icustays: 4 } }),
    );
    const manifest = await importAll();
    const { version, dataUse, tables } = manifest.sources[0]!;
    expect([version, dataUse]).toEqual(["3.1 synthetic", "synthetic"]);
    expect(tables.map(({ declaredRows }) => declaredRows)).toEqual([3, undefined, 4, undefined]);
    const lines = describeImport(manifest);
    expect(lines.find((line) => line.includes("patients"))).toMatch(/as declared/);
    expect(lines.find((line) => line.includes("icustays"))).toMatch(/DIFFERS: 4 declared/);
    expect(lines.find((line) => line.includes("Warning"))).toMatch(/1 of 4 tables/);
  });

  test("columns it does not know, leaves them out and says so", async () => {
    fixture();
    rewrite("hosp/patients.csv.gz", (text) =>
      text
        .trimEnd()
        .split("\n")
        .map((line, i) => `${line},${i ? 7 : "Shoe_Size"}`)
        .join("\n"),
    );
    const manifest = await importAll();
    expect(manifest.sources[0]!.tables[0]!.dropped).toEqual(["Shoe_Size"]);
    expect(describeImport(manifest).find((line) => line.includes("patients"))).toMatch(/left out: Shoe_Size/);
    expect(JSON.stringify(await contents())).not.toMatch(/shoe/i);
  });

  test("texts over several lines, as they are", async () => {
    fixture();
    rewrite("icu/chartevents.csv.gz", (text) => text.replaceAll("\n", "\r\n").replace('"text, 3 ', '"one\ntwo, 3 '));
    await importAll();
    const { "mimic_iv.chartevents": events } = (await contents()) as Record<string, { value: string }[]>;
    expect(events!.map(({ value }) => value)).toContain('one\ntwo, 3 "7"');
  });

  test("a byte-order mark, Windows line ends and column names in capitals", async () => {
    fixture();
    rewrite("hosp/patients.csv.gz", (text) => {
      const [header, ...lines] = text.split("\n");
      return `\uFEFF${[header!.toUpperCase(), ...lines].join("\r\n")}`;
    });
    expect((await importAll()).sources[0]!.tables.find(({ table }) => table === "patients")!.rows).toBe(3);
  });
});

describe("refuses, and says what, where, why and the fix:", () => {
  beforeEach(() => fixture());

  test("a folder that is not there", async () => {
    const { what, where } = await refusal(importAll("nowhere"));
    expect(what).toMatch(/does not exist/);
    expect(where).toBe(data("nowhere"));
  });

  test("a file given as a folder", async () => {
    const { fix } = await refusal(importRecords([join(data(), "icu/icustays.csv.gz")], store(), { progress: silent }));
    expect(fix).toContain(join(data(), "icu"));
  });

  test("a folder without any known table", async () => {
    mkdirSync(data("empty"));
    expect((await refusal(importAll("empty"))).fix).toMatch(/hosp\/ and icu\//);
  });

  test.each([0.3, 0.8, 0.999])("a compressed file cut off at %f of its length", async (share) => {
    fixture({ rows: 2000 });
    const path = join(data(), "icu/chartevents.csv.gz");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
    const { code, where, why } = await refusal();
    expect(code).toBe("import/truncated");
    expect(where).toBe(path);
    expect(why).toContain(Math.floor(bytes.length * share).toLocaleString("en"));
  });

  test("a compressed file with one byte changed", async () => {
    fixture({ rows: 2000 });
    const path = join(data(), "icu/chartevents.csv.gz");
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1]! ^= 0x10;
    writeFileSync(path, bytes);
    expect((await refusal()).code).toBe("import/truncated");
  });

  test("a page of text named .gz, and an empty file", async () => {
    writeFileSync(join(data(), "hosp/patients.csv.gz"), "<html>404</html>");
    expect((await refusal()).code).toBe("import/not-gzip");
    writeFileSync(join(data(), "hosp/patients.csv.gz"), gzipSync(""));
    expect((await refusal()).code).toBe("import/empty-file");
  });

  test("a missing column, and the name that may have been meant", async () => {
    rewrite("icu/icustays.csv.gz", (text) => text.replace("intime", "in_time"));
    const { code, what, fix } = await refusal();
    expect(code).toBe("import/missing-column");
    expect(what).toContain("intime");
    expect(fix).toContain("in_time");
  });

  test.each([
    { column: "intime", type: "a date and time" },
    { column: "stay_id", type: "a whole number" },
  ])("a value of $column that cannot be read, without showing it", async ({ column, type }) => {
    rewrite("icu/icustays.csv.gz", (text) => {
      const lines = text.split("\n");
      const place = lines[0]!.split(",").indexOf(column);
      // the texts of the fixture hold a comma each, so fields after them lie further on
      const fields = lines[2]!.match(/"(?:[^"]|"")*"|[^,]+/g)!;
      fields[place] = "31st of May";
      return [...lines.slice(0, 2), fields.join(","), ...lines.slice(3)].join("\n");
    });
    const { code, what, where, why } = await refusal();
    expect(code).toBe("import/unreadable-value");
    expect(what).toContain(column);
    expect(where).toMatch(/icustays\.csv\.gz, line 3$/);
    expect(why).toContain(type);
    expect([what, where, why].join()).not.toContain("31st");
  });

  test("a line with too few fields", async () => {
    rewrite("icu/icustays.csv.gz", (text) => text.trimEnd().split(",").slice(0, -2).join(","));
    const { code, where } = await refusal();
    expect(code).toBe("import/unreadable-line");
    expect(where).toMatch(/line 4$/);
  });

  test("a table of another data set in its place", async () => {
    writeFixture(data("three"), { source: "mimic-iii", tables: ["icustays"] });
    renameSync(join(data("three"), "icustays.csv.gz"), join(data(), "icu/icustays.csv.gz"));
    const { code, what } = await refusal();
    expect(code).toBe("import/other-table");
    expect(what).toContain("MIMIC-III");
  });

  test("a table in a folder of another data set", async () => {
    writeFixture(data("ed"), { source: "mimic-iv-ed", tables: ["triage"] });
    renameSync(join(data("ed"), "ed/triage.csv.gz"), join(data(), "icu/triage.csv.gz"));
    const { code, what, where } = await refusal();
    expect(code).toBe("import/other-table");
    expect(what).toMatch(/triage of MIMIC-IV-ED.*MIMIC-IV/);
    expect(where).toContain("icu/triage.csv.gz");
  });

  test("a misspelt column that only newer versions have", async () => {
    rewrite("icu/chartevents.csv.gz", (text) => text.replace("caregiver_id", "care_giver_id"));
    const { code, what, why, fix } = await refusal();
    expect(code).toBe("import/missing-column");
    expect(what).toContain("caregiver_id");
    expect(why).toContain("valueuom");
    expect(fix).toContain("care_giver_id");
  });

  test("a column that stands there twice", async () => {
    rewrite("icu/icustays.csv.gz", (text) => text.replace("outtime", "InTime"));
    const { code, what } = await refusal();
    expect(code).toBe("import/duplicate-column");
    expect(what).toContain("InTime");
  });

  test("columns separated by something else", async () => {
    rewrite("icu/icustays.csv.gz", (text) => text.replaceAll(",", ";"));
    expect((await refusal()).why).toMatch(/separated by ";"/);
  });

  test("a line that speaks of a full disk, for what is wrong with it", async () => {
    rewrite("icu/icustays.csv.gz", (text) => text.replace(/\n\d+/, "\nno space left on device"));
    expect((await refusal()).code).toBe("import/unreadable-value");
  });

  test("a value of a Parquet file that cannot be read, by column and row, without showing it", async () => {
    const path = await asParquet("case when stay_id < 200 then 'May' || stay_id else intime::varchar end as intime");
    const { code, what, where, why } = await refusal();
    expect(code).toBe("import/unreadable-value");
    expect(what).toContain("intime");
    expect(where).toBe(`${path}, row 3`);
    expect([what, where, why].join()).not.toContain("May");
  });

  test("a Parquet file of numbers where times should be", async () => {
    await asParquet("epoch_ms(intime) as intime");
    expect((await refusal()).what).toContain("intime");
  });

  test("a damaged Parquet file", async () => {
    const path = await asParquet("los as los");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
    const { code, where } = await refusal();
    expect(code).toBe("import/unreadable-file");
    expect(where).toBe(path);
  });

  test("a folder whose tables lie deeper, and says where", async () => {
    fixture({}, "deep/a/b/c/d/release");
    const { code, fix } = await refusal(importAll("deep"));
    expect(code).toBe("import/no-tables");
    expect(fix).toContain(data("deep/a/b/c/d/release"));
  });

  test("a store among the records", async () => {
    const inside = join(data(), "results", "store");
    const { code } = await refusal(importRecords([data()], inside, { progress: silent }));
    expect(code).toBe("import/output-over-input");
    expect(existsSync(join(data(), "results"))).toBe(false);
  });

  test("a table of an older version among newer ones", async () => {
    fixture({ tables: ["chartevents"], version: "2.0" });
    const { code, where } = await refusal();
    expect(code).toBe("import/mixed-versions");
    expect(where).toContain("chartevents");
  });

  test("the same table twice", async () => {
    fixture({}, "second");
    expect((await refusal(importAll("data", "second"))).code).toBe("import/table-twice");
  });

  test("an output that holds other things, or the records themselves", async () => {
    mkdirSync(store());
    writeFileSync(join(store(), "thesis.txt"), "years of work");
    expect((await refusal()).code).toBe("import/output-taken");
    expect((await refusal(importRecords([data()], data(), { progress: silent }))).code).toBe(
      "import/output-over-input",
    );
    expect((await refusal(importRecords([data()], folder, { progress: silent }))).code).toBe(
      "import/output-over-input",
    );
    expect(readFileSync(join(store(), "thesis.txt"), "utf8")).toBe("years of work");
  });
});

describe("a second import", () => {
  const files = ["admissions", "chartevents", "icustays", "patients"].map((table) => `mimic-iv/${table}.parquet`);
  const hashes = (name = "store") => Promise.all(files.map((file) => hashFile(join(store(name), file))));

  test("of the same folder changes nothing, and another store gets the same bytes", async () => {
    fixture({ rows: 500 });
    const first = await importAll();
    const before = await hashes();
    expect(await importAll()).toEqual(first);
    await importRecords([data()], store("other"), { progress: silent, threads: 1 });
    expect(await hashes("other")).toEqual(before);
    expect(await hashes()).toEqual(before);
  });

  test("gives the same bytes with other threads and memory, also where rows differ in nothing that sorts them", async () => {
    fixture();
    const tied = Array.from({ length: 300_000 }, (_, i) => `1,1,1,1,2150-01-01,2150-01-01,${i % 3},a,${i},mmHg,0`);
    rewrite("icu/chartevents.csv.gz", (text) => [text.split("\n")[0], ...tied].join("\n"));
    await importRecords([data()], store(), { progress: silent, threads: 1 });
    await importRecords([data()], store("other"), { progress: silent, threads: 4, memory: "100MB" });
    expect(await hashes("other")).toEqual(await hashes());
  });

  test("removes what a killed import left half-written", async () => {
    fixture();
    await importAll();
    const half = join(store(), "mimic-iv", ".labevents.parquet.4711.part");
    writeFileSync(half, "PAR1");
    await importAll();
    expect(existsSync(half)).toBe(false);
  });

  test("goes on after a stop, and ends with the same store", async () => {
    fixture();
    await importRecords([data()], store("reference"), { progress: silent });
    const controller = new AbortController();
    let seen = 0;
    const progress = {
      ...silent,
      at: () => {
        if (++seen === 4) controller.abort();
      },
    };
    await expect(importRecords([data()], store(), { progress, signal: controller.signal })).rejects.toThrow(Stopped);
    expect(existsSync(join(store(), "store.json"))).toBe(false);
    await importAll();
    expect(await contents()).toEqual(await contents("reference"));
  });

  test("reads a changed file again and leaves the others", async () => {
    fixture();
    const first = await importAll();
    rewrite("hosp/patients.csv.gz", (text) => text.split("\n").slice(0, 3).join("\n"));
    const second = await importAll();
    expect(second.sources[0]!.tables.find(({ table }) => table === "patients")!.rows).toBe(2);
    expect(second.fingerprint).not.toBe(first.fingerprint);
  });

  test("of a file with a new date and the same bytes keeps the table", async () => {
    fixture();
    const first = await importAll();
    utimesSync(join(data(), "hosp/patients.csv.gz"), new Date(1e12), new Date(1e12));
    const entries: string[] = [];
    const second = await importRecords([data()], store(), {
      progress: { ...silent, end: (summary = "") => entries.push(summary) },
    });
    expect(second).toEqual(first);
    expect(entries.join()).toContain("4 there already");
  });

  test("has the same fingerprint wherever the folder lies", async () => {
    fixture();
    fixture({}, "elsewhere");
    const a = await importAll();
    const b = await importRecords([data("elsewhere")], store("b"), { progress: silent });
    expect(b.fingerprint).toBe(a.fingerprint);
  });
});
