// MEETI on a synthetic hospital's recordings: one id everywhere, numbers that stand in tables, faults counted, runs that go on.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Stopped } from "../../core/errors.ts";
import { silent } from "../../core/progress.ts";
import { npy } from "../../formats/index.ts";
import { renderMeetiReport } from "../../report/meeti.ts";
import { openEcgRecords } from "../../sources/index.ts";
import { synthesize } from "../../sources/synthetic/index.ts";
import { type Database, literal, openDatabase, sql } from "../../store/index.ts";
import { type MeetiOptions, type MeetiResult, runMeeti, unsupportedNumbers } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "bedside-meeti-"));
const hospital = join(folder, "hospital");
const out = join(folder, "out");
const LIMIT = 8;
let db: Database;
let result: MeetiResult;

function options(more: Partial<MeetiOptions>): MeetiOptions {
  return {
    data: join(hospital, "ecg"),
    out,
    mode: "corrected",
    format: "parquet",
    pictures: "svg",
    fiducials: true,
    seed: 1,
    limit: LIMIT,
    shardSize: 3,
    command: "bedside run meeti",
    startedAt: "2026-01-01T00:00:00.000Z",
    progress: silent,
    ...more,
  };
}

const table = (name: string, where = out) =>
  sql`read_parquet(${literal(join(where, "shards", "*", `${name}.parquet`))})`;
const rows = (name: string, where?: string) =>
  db.rows<Record<string, unknown>>(sql`select * from ${table(name, where)}`);
/** Names and contents of all files of the shards. */
const contents = (where: string) =>
  readdirSync(join(where, "shards"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => [path.slice(where.length), readFileSync(path).toString("base64")]);

beforeAll(async () => {
  await synthesize({ patients: 12, seed: 4, out: hospital, modules: ["hosp", "ecg"], progress: silent });
  result = await runMeeti(options({}));
  db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp"), threads: 1 });
});
afterAll(() => {
  db?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("a run", () => {
  test("gives waveform, picture, beats, leads and text of every recording under one id", async () => {
    const records = await openEcgRecords(join(hospital, "ecg"));
    const ids = [...records.ids.subarray(0, LIMIT)].map(BigInt);
    expect((await rows("records")).map((row) => row["record_id"])).toEqual(ids);
    for (const name of ["leads", "beats", "findings", "waveforms"]) {
      expect([...new Set((await rows(name)).map((row) => row["record_id"]))], name).toEqual(ids);
    }
    const pictures = readdirSync(join(out, "shards"), { recursive: true }).map(String);
    for (const id of ids) expect(pictures.some((path) => path.endsWith(`pictures/${id}.svg`))).toBe(true);
    expect(result.manifest.records).toMatchObject({ asked: LIMIT, written: LIMIT });
    expect(result.manifest.shards.map(({ records: count }) => count)).toEqual([3, 3, 2]);
  });

  test("has waveforms as recorded", async () => {
    const records = await openEcgRecords(join(hospital, "ecg"));
    const ecg = records.open(0).record();
    const [first] = await db.rows<{ lead: string; samples_mv: { items: number[] } }>(
      sql`select lead, samples_mv from ${table("waveforms")} where record_id = ${records.ids[0]!} limit 1`,
    );
    expect(first!.lead).toBe(ecg.leads[0]);
    expect(Float32Array.from(first!.samples_mv.items ?? first!.samples_mv)).toEqual(ecg.signals[0]);
  });

  test("measures QT from QRS onset to T end, T without ST, and amplitudes in mV of the signal", async () => {
    const records = await openEcgRecords(join(hospital, "ecg"));
    const ecg = records.open(0).record();
    const beats = (await rows("beats")).filter((row) => row["record_id"] === BigInt(records.ids[0]!));
    const near = (value: unknown, expected: number, away: number) =>
      expect(Math.abs(Number(value) - expected)).toBeLessThanOrEqual(away);
    let compared = 0;
    for (const row of beats) {
      const ms = (name: string) => Number(row[name] ?? Number.NaN);
      if (row["qt_ms"] === null) continue;
      near(row["qt_ms"], ms("t_end_ms") - ms("qrs_onset_ms"), 0.11);
      near(row["t_ms"], ms("t_end_ms") - ms("t_onset_ms"), 0.11);
      if (row["lead"] !== "II" || row["r_mv"] === null || !/^q?R/.test(String(row["qrs_form"]))) continue;
      const signal = ecg.signals[ecg.leads.indexOf("II")]!;
      const at = (time: number) => signal[Math.round(time / 2)]!;
      // the peak against the level before QRS: within the noise of a level
      near(row["r_mv"], at(ms("r_peak_ms")) - at(ms("qrs_onset_ms") - 10), 0.08);
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });

  test("has no number in a text that is not in the tables", async () => {
    const leads = await rows("leads");
    for (const record of await rows("records")) {
      const own = leads.filter((row) => row["record_id"] === record["record_id"]);
      const cell = (cite: string) => {
        const [lead, column] = cite.includes(".") ? cite.split(".") : [undefined, cite];
        const from = lead ? own.find((row) => String(row["lead"]).toUpperCase() === lead.toUpperCase()) : record;
        return Number(from?.[column!] ?? Number.NaN);
      };
      const found = (await rows("findings")).filter((row) => row["record_id"] === record["record_id"]);
      for (const { sentence, cites } of found) {
        const values = String(cites).split(",").filter(Boolean).map(cell);
        expect(unsupportedNumbers(String(sentence), values)).toEqual([]);
      }
      const text = String(record["text"]);
      expect(text.startsWith(found.map(({ sentence }) => sentence).join(" "))).toBe(true);
      expect(text).toMatch(/not a diagnosis\.$/);
    }
  });

  test("compares itself with the cart, and says so on a page without patients", () => {
    const qrs = result.manifest.agreement.find(({ id }) => id === "qrs")!;
    expect(qrs.records).toBeGreaterThan(LIMIT / 2);
    expect(qrs.within).toBeGreaterThan(0.8);
    const page = renderMeetiReport(result);
    expect(page).toMatch(/QRS duration, ms/);
    expect(page.match(/data:image\/png/g)?.length).toBe(4);
    expect(JSON.stringify(result.manifest) + page).not.toMatch(/\b1\d{7}\b|\b4\d{7}\b/);
  });
});

describe("a run that is called again", () => {
  test("does only what is missing, and gives the same bytes", async () => {
    const before = contents(out);
    const kept = join(out, "shards", "00000", "shard.json");
    const stamp = statSync(kept).mtimeMs;
    rmSync(join(out, "shards", "00001"), { recursive: true });
    writeFileSync(join(out, "shards", "00002", "beats.parquet"), "cut");
    const again = await runMeeti(options({}));
    expect(again.measured.records).toBe(5);
    expect(statSync(kept).mtimeMs).toBe(stamp);
    expect(contents(out)).toEqual(before);
  });

  test("goes on where it was stopped, and leaves nothing half done", async () => {
    const place = join(folder, "stopped");
    const stop = new AbortController();
    const progress = { ...silent, signal: stop.signal, at: (done: number) => (done === 5 ? stop.abort() : undefined) };
    await expect(runMeeti(options({ out: place, progress }))).rejects.toBeInstanceOf(Stopped);
    expect(readdirSync(join(place, "shards"))).toEqual(["00000"]);
    await runMeeti(options({ out: place }));
    expect(contents(place)).toEqual(contents(out));
  });
});

test("recordings that are missing, damaged or empty are left out and counted", async () => {
  const copy = join(folder, "damaged");
  cpSync(join(hospital, "ecg"), copy, { recursive: true });
  const records = await openEcgRecords(copy);
  const at = (index: number, ending: string) => `${join(copy, records.pathOf(index))}.${ending}`;
  rmSync(at(0, "hea"));
  rmSync(at(1, "dat"));
  writeFileSync(at(2, "hea"), "nonsense");
  writeFileSync(at(3, "dat"), "");
  const damaged = await runMeeti(options({ data: copy, out: join(folder, "out-damaged"), limit: 5, pictures: "none" }));
  expect(damaged.manifest.faults).toEqual({ missing: 2, unreadable: 1, unmeasurable: 1, fewBeats: 0 });
  expect(damaged.manifest.records.written).toBe(1);
});

test("faithful mode has the original's faults: QT and T from the end of QRS, whole rates, an array a recording", async () => {
  const place = join(folder, "faithful");
  await runMeeti(options({ out: place, mode: "faithful", format: "npy", pictures: "none", limit: 4 }));
  for (const row of await rows("leads", place)) {
    if (row["T_exist"]) expect(Math.trunc(Number(row["T_duration"]))).toBe(row["QT"]);
    if (row["HR"] !== null) expect(Number.isInteger(row["HR"])).toBe(true);
  }
  const ours = await rows("records");
  const theirs = await rows("records", place);
  for (const [i, row] of theirs.entries()) {
    const short = Number(ours[i]!["qt_ms"]) - Number(row["qt_ms"]);
    expect(Math.abs(short - Number(row["qrs_ms"]))).toBeLessThan(30);
  }
  const name = readdirSync(join(place, "shards", "00000", "waveforms"))[0]!;
  expect(npy.readNpy(readFileSync(join(place, "shards", "00000", "waveforms", name))).shape).toEqual([12, 5000]);
});

describe("with a text model", () => {
  let asked: string[] = [];
  let answer = "Sinus rhythm.";
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => {
      asked.push(body);
      response.end(JSON.stringify({ choices: [{ message: { content: answer } }] }));
    });
  });
  let textModel: MeetiOptions["textModel"];
  beforeAll(async () => {
    await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume));
    textModel = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, name: "test-model" };
  });
  afterAll(() => void server.close());

  test("its text is taken, the prompt blind to the report and kept beside it", async () => {
    const place = join(folder, "model");
    const run = await runMeeti(options({ out: place, textModel, limit: 2, pictures: "none" }));
    expect((await rows("records", place)).map((row) => [row["text"], row["text_source"]])).toEqual(
      Array(2).fill(["Sinus rhythm.", "test-model"]),
    );
    expect(asked.length).toBe(2);
    expect(asked.join()).not.toMatch(/Report:|Normal ECG|4000\d{4}/);
    const log = readFileSync(join(place, "shards", "00000", "prompts.jsonl"), "utf8");
    expect(log.trim().split("\n").length).toBe(2);
    expect(run.manifest.text).toMatchObject({ source: "model", rejected: 0 });
  });

  test("a text with a number that was not given is refused, and the rules' text stands", async () => {
    answer = "QRS of 172.3 ms.";
    const place = join(folder, "model-wrong");
    const run = await runMeeti(options({ out: place, textModel, limit: 2, pictures: "none" }));
    expect(run.manifest.text.rejected).toBe(2);
    for (const row of await rows("records", place)) expect(row["text_source"]).toBe("rules");
  });

  test("credentialed data are not sent: nothing is asked without a ruling", async () => {
    asked = [];
    const lent = join(folder, "lent");
    cpSync(hospital, lent, { recursive: true, filter: (path) => !path.endsWith("SYNTHETIC.json") });
    const call = options({ data: lent, out: join(folder, "out-lent"), textModel, limit: 1, pictures: "none" });
    await expect(runMeeti(call)).rejects.toThrow(/may not be sent/);
    expect(asked).toEqual([]);
    const ruling = join(folder, "ruling.json");
    const { url } = textModel!;
    writeFileSync(
      ruling,
      JSON.stringify({
        allows: "text-model",
        address: url,
        data: "mimic-iv-ecg",
        by: "Board",
        date: "2026-01-31",
        reason: "own machine",
      }),
    );
    const run = await runMeeti({ ...call, ruling });
    expect(asked.length).toBe(1);
    expect(run.manifest.text.ruling).toMatchObject({ by: "Board" });
    expect(run.examples).toEqual([]);
  });
});

const ptb = "../shared/data/ecg/ptb-xl";
test.skipIf(!existsSync(ptb))(`a record of PTB-XL at 100 a second goes the same way (needs ${ptb})`, async () => {
  const data = join(folder, "ptb");
  mkdirSync(join(data, "records100", "00000"), { recursive: true });
  for (const ending of ["hea", "dat"])
    cpSync(join(ptb, `00001_lr.${ending}`), join(data, "records100", "00000", `00001_lr.${ending}`));
  const lines = gunzipSync(readFileSync(join(ptb, "ptbxl_database_form_subset.csv.gz")))
    .toString("utf8")
    .split("\n");
  writeFileSync(join(data, "ptbxl_database.csv"), `${lines.slice(0, 2).join("\n")}\n`);
  const run = await runMeeti(options({ data, out: join(folder, "out-ptb") }));
  expect(run.manifest.data).toMatchObject({ id: "ptb-xl", dataUse: "open" });
  expect(run.manifest.records.written).toBe(1);
  expect(run.manifest.agreement).toEqual([]);
  const [row] = await rows("records", join(folder, "out-ptb"));
  expect(Number(row!["heart_rate_per_minute"])).toBeGreaterThan(50);
  expect(Number(row!["heart_rate_per_minute"])).toBeLessThan(80);
});
