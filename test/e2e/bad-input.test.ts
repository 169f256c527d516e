// What a user does wrong, and what the command line says: what, where, why, fix, the exit code, nothing half-written.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bedside, scratch } from "./command.ts";

const folder = scratch();
const hospital = folder.at("hospital");

beforeAll(async () => {
  const made = await bedside(["synth", "--patients", "60", "--seed", "3", "--out", hospital]);
  expect(made.code, made.err).toBe(0);
});
afterAll(() => folder.remove());

/** A copy of the hospital with one file changed. */
function spoiled(name: string, file: string, change: (path: string) => void): string {
  const copy = folder.at(name);
  cpSync(hospital, copy, { recursive: true });
  rmSync(join(copy, "SYNTHETIC.json"));
  change(join(copy, file));
  return copy;
}

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString("utf8"))));
}

/** Runs an import that must fail, and gives what it said. */
async function refusal(data: string, out = folder.at("store")): Promise<string> {
  const { code, err } = await bedside(["import", "--data", data, "--out", out, "--quiet"]);
  expect(code, err).toBe(1);
  expect(err).toMatch(/Error: /);
  expect(err).toMatch(/where: /);
  expect(err).toMatch(/fix: {3}/);
  expect(existsSync(join(out, "store.json"))).toBe(false);
  const left = existsSync(out) ? readdirSync(out, { recursive: true }).map(String) : [];
  expect(left.filter((name) => name.endsWith(".part"))).toEqual([]);
  rmSync(out, { recursive: true, force: true });
  return err;
}

describe("bedside import refuses", () => {
  test("a folder that is not there", async () => {
    expect(await refusal(folder.at("nowhere"))).toContain("nowhere");
  });

  test("a folder without any table", async () => {
    mkdirSync(folder.at("empty"), { recursive: true });
    expect(await refusal(folder.at("empty"))).toContain("empty");
  });

  test("a truncated gz, and names the file", async () => {
    const data = spoiled("truncated", "icu/chartevents.csv.gz", (path) =>
      truncateSync(path, Math.floor(statSync(path).size / 2)),
    );
    expect(await refusal(data)).toContain("chartevents.csv.gz");
  });

  test("a missing column, and names it", async () => {
    const data = spoiled("column", "icu/icustays.csv.gz", (path) =>
      rewrite(path, (text) => text.replace("intime", "admitted")),
    );
    const said = await refusal(data);
    expect(said).toContain("icustays.csv.gz");
    expect(said).toContain("intime");
  });

  test("an unreadable date, and names file, column and line but not the value", async () => {
    const data = spoiled("date", "icu/icustays.csv.gz", (path) =>
      rewrite(path, (text) => {
        const lines = text.split("\n");
        lines[2] = lines[2]!.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "31st of May");
        return lines.join("\n");
      }),
    );
    const said = await refusal(data);
    expect(said).toContain("icustays.csv.gz");
    expect(said).toMatch(/intime/);
    expect(said).toMatch(/line 3|row 3|row 2/);
    expect(said).not.toContain("31st of May");
  });

  test("a table of another data set in its place", async () => {
    const data = spoiled("other", "icu/icustays.csv.gz", (path) =>
      writeFileSync(
        path,
        gzipSync('"row_id","subject_id","hadm_id","icustay_id","dbsource","first_careunit"\n1,1,1,1,carevue,MICU\n'),
      ),
    );
    expect(await refusal(data)).toContain("icustays.csv.gz");
  });

  test("an output folder that holds other things", async () => {
    const out = folder.at("full");
    mkdirSync(out, { recursive: true });
    writeFileSync(join(out, "thesis.docx"), "years of work");
    const { code, err } = await bedside(["import", "--data", hospital, "--out", out, "--quiet"]);
    expect(code).toBe(1);
    expect(err).toMatch(/fix: {3}/);
    expect(readFileSync(join(out, "thesis.docx"), "utf8")).toBe("years of work");
  });
});

describe("an output that cannot be written", () => {
  test.skipIf(process.getuid?.() === 0)("a read-only folder is said to be one", async () => {
    const out = folder.at("read-only");
    mkdirSync(out);
    chmodSync(out, 0o555);
    expect(await refusalOf(["import", "--data", hospital, "--out", join(out, "store")])).toMatch(
      /may not|permission|read-only/i,
    );
    chmodSync(out, 0o755);
  });

  const mounted = folder.at("tmpfs");
  const canMount = mountSmall(mounted, "1m");
  test.skipIf(!canMount)("a full disk is said to be full, and nothing half-written stays", async () => {
    for (const args of [
      ["import", "--data", hospital, "--out", join(mounted, "store")],
      ["synth", "--patients", "200", "--out", join(mounted, "hospital")],
    ]) {
      expect(await refusalOf(args)).toMatch(/full|space/i);
      const left = readdirSync(mounted, { recursive: true }).map(String);
      expect(left.filter((name) => name.endsWith(".part"))).toEqual([]);
      for (const name of readdirSync(mounted)) rmSync(join(mounted, name), { recursive: true, force: true });
    }
  });

  const readOnly = folder.at("tmpfs-ro");
  const canMountReadOnly = mountSmall(readOnly, "1m,ro");
  afterAll(() => {
    if (canMount) execFileSync("umount", [mounted]);
    if (canMountReadOnly) execFileSync("umount", [readOnly]);
  });

  test.skipIf(!canMountReadOnly)("a read-only disk is said to be one", async () => {
    for (const args of [
      ["import", "--data", hospital, "--out", join(readOnly, "store")],
      ["cohort", "yaib/mortality24", "--data", hospital, "--out", join(readOnly, "cohort")],
      ["run", "yaib/mortality24", "--data", hospital, "--out", join(readOnly, "run")],
      ["synth", "--patients", "10", "--out", join(readOnly, "hospital")],
    ]) {
      expect(await refusalOf(args), args[0]).toMatch(/read-only/i);
    }
  });
});

async function refusalOf(args: string[]): Promise<string> {
  const { code, err } = await bedside([...args, "--quiet"]);
  expect(code, err).toBe(1);
  expect(err).toMatch(/Error: /);
  expect(err).toMatch(/fix: {3}/);
  expect(err).not.toContain(dirname(new URL(import.meta.url).pathname));
  return err;
}

/** A small disk of its own; false where this process may not mount one. */
function mountSmall(path: string, options: string): boolean {
  try {
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options}`, "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    console.log("Skipped: this user may not mount a small disk, so full and read-only disks are not tried");
    return false;
  }
}

describe("wrong usage ends with 2 and says how to call it", () => {
  test.each([
    { args: [], says: /Usage/ },
    { args: ["imprt"], says: /did you mean bedside import/ },
    { args: ["import"], says: /--data is missing/ },
    { args: ["import", "--dta", "x", "--out", "y"], says: /did you mean --data/ },
    { args: ["run", "yaib/mortality42", "--data", "x", "--out", "y"], says: /did you mean yaib\/mortality24/ },
    { args: ["run", "yaib/mortality24", "--data", "x", "--out", "y", "--models", "lgbn"], says: /models are/ },
    { args: ["synth", "--patients", "many", "--out", "y"], says: /takes a number/ },
    { args: ["synth", "--patients", "10", "--out", "y", "--modules", "icu,lab"], says: /use hosp, icu, ed/ },
  ])("bedside $args", async ({ args, says }) => {
    const { code, out, err } = await bedside(args, { cwd: folder.path });
    expect(code).toBe(2);
    expect(out + err).toMatch(says);
    expect(existsSync(folder.at("y"))).toBe(false);
  });
});

describe("a table taken away", () => {
  test("is named with what cannot be run without it, and the rest goes on", async () => {
    const data = folder.at("without");
    cpSync(hospital, data, { recursive: true });
    rmSync(join(data, "hosp", "labevents.csv.gz"));
    rmSync(join(data, "hosp", "poe.csv.gz"));
    const imported = await bedside(["import", "--data", data, "--out", folder.at("part-store"), "--quiet"]);
    expect(imported.code, imported.err).toBe(0);
    expect(imported.out).toMatch(/labevents/);
    const cohort = await bedside([
      "cohort",
      "yaib/mortality24",
      "--data",
      folder.at("part-store"),
      "--out",
      folder.at("part-cohort"),
      "--quiet",
    ]);
    expect(cohort.code, cohort.err).toBe(0);
    expect(cohort.out).toMatch(/labevents/);
  });

  test("that the task cannot do without is an error that names it", async () => {
    const data = folder.at("without-stays");
    cpSync(hospital, data, { recursive: true });
    rmSync(join(data, "icu", "icustays.csv.gz"));
    const { code, err } = await bedside([
      "cohort",
      "yaib/mortality24",
      "--data",
      data,
      "--out",
      folder.at("none"),
      "--quiet",
    ]);
    expect(code).toBe(1);
    expect(err).toMatch(/icustays/);
  });
});
