// A whole run as a user does it: demo, resume, Ctrl-C, the same bytes again; on the synthetic hospital and the real demos.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hashFile } from "../../src/store/files.ts";
import { bedside, hasData, scratch, shared } from "./command.ts";

const folder = scratch();
afterAll(() => folder.remove());

const PATIENTS = "1600";
const demoArgs = (out: string, ...more: string[]) => [
  "demo",
  "--out",
  out,
  "--patients",
  PATIENTS,
  "--resamples",
  "200",
  ...more,
];

describe("bedside demo", () => {
  const out = folder.at("demo");

  test("makes a hospital, runs the task on it, and says where the report is", async () => {
    const { code, out: said, err } = await bedside(demoArgs(out));
    expect(err).not.toMatch(/Error/);
    expect(code).toBe(0);
    expect(said).toContain("AUROC");
    expect(said).toContain(join(out, "report.html"));
    for (const file of ["report.html", "report.json", "model-card.md", "manifest.json", "predictions.parquet"]) {
      expect(existsSync(join(out, file)), file).toBe(true);
    }
    const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
    expect(report.data.dataUse).toBe("synthetic");
    expect(report.bestPossible.metrics.length).toBeGreaterThan(0);
    const auroc = report.models[0].metrics.find((metric: { id: string }) => metric.id === "auroc");
    const best = report.bestPossible.metrics.find((metric: { id: string }) => metric.id === "auroc");
    expect(auroc.value).toBeGreaterThan(0.6);
    expect(auroc.value).toBeLessThan(best.value + 0.05);
  });

  test("does nothing again when it is run again", async () => {
    const before = await hashFile(join(out, "predictions.parquet"));
    const { code } = await bedside(demoArgs(out));
    expect(code).toBe(0);
    const { timings } = JSON.parse(readFileSync(join(out, "manifest.json"), "utf8"));
    expect(timings.length).toBeGreaterThan(3);
    expect(timings.filter((timing: { resumed: boolean }) => !timing.resumed)).toEqual([]);
    expect(await hashFile(join(out, "predictions.parquet"))).toBe(before);
  });

  test("stopped by Ctrl-C at any stage, it goes on to the same bytes of predictions", async () => {
    const reference = await hashFile(join(out, "predictions.parquet"));
    const again = folder.at("again");
    // Each stage says a line when it ends; the stop is sent after the first, the second, … such line.
    let stops = 0;
    for (let lines = 1; lines < 40; lines++) {
      let sent = false;
      const { code, err } = await bedside(demoArgs(again), {
        onError: (text, kill) => {
          if (!sent && text.split("\n").length > lines) {
            sent = true;
            kill("SIGINT");
          }
        },
      });
      expect(existsSync(join(again, ".bedside.lock"))).toBe(false);
      if (code === 0) break;
      expect(code, err).toBe(130);
      expect(partFiles(again)).toEqual([]);
      stops++;
    }
    expect(stops).toBeGreaterThan(2);
    expect(await hashFile(join(again, "predictions.parquet"))).toBe(reference);
    rmSync(again, { recursive: true });
  });

  test("another seed gives other predictions", async () => {
    const other = folder.at("other");
    const { code } = await bedside([
      "run",
      "yaib/mortality24",
      "--data",
      join(out, "store"),
      "--out",
      other,
      "--seed",
      "2",
      "--resamples",
      "100",
    ]);
    expect(code).toBe(0);
    expect(await hashFile(join(other, "predictions.parquet"))).not.toBe(
      await hashFile(join(out, "predictions.parquet")),
    );
  });
});

/** Temporary files that a stop should not leave. */
function partFiles(path: string): string[] {
  return readdirSync(path, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith(".part"));
}

describe.each([
  { name: "mimic-iv-demo-2.2", patients: 100 },
  { name: "mimic-iii-demo", patients: 100 },
])("bedside run on $name", ({ name }) => {
  const there = hasData(name);
  test.skipIf(!there)("gives a report in both modes", async () => {
    for (const mode of [[], ["--faithful"]]) {
      const out = folder.at(`${name}${mode[0] ?? ""}`);
      const { code, err } = await bedside([
        "run",
        "yaib/mortality24",
        "--data",
        join(shared, name),
        "--out",
        out,
        "--resamples",
        "100",
        ...mode,
      ]);
      expect(err).not.toMatch(/Error/);
      expect(code).toBe(0);
      const report = JSON.parse(readFileSync(join(out, "report.json"), "utf8"));
      expect(report.task.mode).toBe(mode.length ? "faithful" : "corrected");
      expect(report.faults.some((fault: { reproduced: boolean }) => fault.reproduced)).toBe(mode.length > 0);
      expect(report.warnings.join(" ")).toMatch(/events/);
      expect(report.models[0].metrics[0].low).toBeLessThan(report.models[0].metrics[0].high);
    }
  });
});
