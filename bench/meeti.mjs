// MEETI's throughput on one core: every part of the work by processor time, and how long 800,035 recordings take on 16 cores.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deflateSync } from "node:zlib";
import { silent } from "../dist/core/progress.js";
import { Facts, interpret, measureCorrected, textOf } from "../dist/run/meeti/index.js";
import { runMeeti } from "../dist/run/meeti/pipeline.js";
import { ecgPng } from "../dist/signal/index.js";
import { openEcgRecords } from "../dist/sources/index.js";
import { synthesize } from "../dist/sources/synthetic/index.js";

const RECORDS = 800_035;
const CORES = 16;
const GOAL_HOURS = 3;

/** Milliseconds of processor time of this process. */
function processor() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Processor milliseconds a recording of one part, over all recordings. */
function timed(name, records, work) {
  const start = processor();
  const made = records.map(work);
  console.log(`  ${name.padEnd(34)} ${((processor() - start) / records.length).toFixed(1).padStart(6)}`);
  return made;
}

export default async function bench(args) {
  const { values } = parseArgs({
    args,
    options: { patients: { type: "string", default: "80" }, data: { type: "string" } },
  });
  const folder = mkdtempSync(join(tmpdir(), "bedside-bench-meeti-"));
  try {
    let data = values.data;
    if (!data) {
      const hospital = join(folder, "hospital");
      await synthesize({
        patients: Number(values.patients),
        seed: 1,
        out: hospital,
        modules: ["hosp", "ecg"],
        progress: silent,
      });
      data = join(hospital, "ecg");
    }
    const records = await openEcgRecords(data);
    const places = Array.from({ length: Math.min(50, records.count) }, (_, i) => i);
    for (const i of places.slice(0, 5)) measureCorrected(records.open(i).record(), i); // compiled by now
    console.log(
      `Processor milliseconds a recording (10 s × 12 leads × 500 Hz), ${places.length} recordings, one thread`,
    );
    const read = timed("read", places, (i) => records.open(i).record());
    const measured = timed("measured, every beat and lead", read, (ecg) => measureCorrected(ecg, 1));
    timed("text by rules, numbers checked", measured, ({ record, leads }) =>
      textOf(interpret(new Facts(record, leads))),
    );
    timed("picture 2200 × 1700 as PNG", read, (ecg) =>
      ecgPng(ecg, { deflate: (bytes) => deflateSync(bytes, { level: 3 }) }),
    );
    for (const pictures of ["png", "none"]) {
      const start = processor();
      const out = join(folder, `out-${pictures}`);
      const { measured: done } = await runMeeti({
        ...{ data, out, mode: "corrected", format: "parquet", pictures, fiducials: false, seed: 1 },
        ...{ command: "bench", startedAt: "", progress: silent },
      });
      const each = (processor() - start) / done.records;
      const hours = (RECORDS * each) / 3_600_000 / CORES;
      console.log(
        `All written to disk, pictures ${pictures}: ${done.records} recordings, ${each.toFixed(1)} ms each, ${(1000 / each).toFixed(1)} a second a core; ` +
          `${RECORDS.toLocaleString("en")} on ${CORES} cores in ${hours.toFixed(2)} h (goal ${GOAL_HOURS} h, ${(RECORDS / GOAL_HOURS / 3600 / CORES).toFixed(1)} a second a core)`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
