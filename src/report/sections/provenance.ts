// Where it all comes from: faults of the original, data, manifest, how to run it again.
import type { RunResult } from "../../run/result.ts";
import { reportUse } from "../data-use.ts";
import { formatCount, formatSeconds } from "../format.ts";
import { type Child, fragment, h } from "../html.ts";
import { absentCell } from "../page.ts";
import type { Section } from "./section.ts";

/** Known faults of the original and what this run did about each. */
export const faultsSection: Section = {
  id: "faults",
  title: "Faults of the original",
  render({ faults }) {
    if (!faults.length) return [h("p", { class: "quiet" }, "No fault of the original is known for this task.")];
    return faults.map(({ title, original, corrected, reproduced }) =>
      h(
        "article",
        { class: "fault" },
        h(
          "h3",
          {},
          title,
          h(
            "span",
            { class: reproduced ? "badge reproduced" : "badge" },
            reproduced ? "reproduced in this run" : "corrected in this run",
          ),
        ),
        h("dl", { class: "pairs" }, pair("The original", original), pair("Corrected", corrected)),
      ),
    );
  },
};

function pair(term: string, text: Child): Child {
  return [h("dt", {}, term), h("dd", {}, text)];
}

/** Tables read, with the counts their version declares, and tables that were not there. */
export const dataSection: Section = {
  id: "data",
  title: "Data",
  render({ data }, page) {
    const parts: Child[] = [h("p", {}, `${data.title}, version ${data.version}. `, reportUse[data.dataUse])];
    if (data.tables.length) {
      parts.push(
        page.table({
          caption: "Tables read.",
          columns: [
            { title: "Table" },
            { title: "Rows", align: "number" },
            { title: "Declared", align: "number" },
            { title: "" },
          ],
          rows: data.tables.map(({ table, rows, declaredRows }) => ({
            cells: [
              h("code", {}, table),
              formatCount(rows),
              declaredRows === undefined ? absentCell("not declared") : formatCount(declaredRows),
              declaredRows === undefined
                ? ""
                : rows === declaredRows
                  ? h("span", { class: "estimate" }, "✓ as declared")
                  : difference(rows - declaredRows),
            ],
          })),
        }),
      );
    } else parts.push(h("p", { class: "quiet" }, "No table was read."));
    if (data.missing.length) {
      parts.push(
        page.table({
          caption: "Tables that were not there, and what cannot be run without them.",
          columns: [{ title: "Table" }, { title: "Needed for" }],
          rows: data.missing.map(({ table, neededFor }) => ({ cells: [h("code", {}, table), neededFor.join(", ")] })),
        }),
      );
    }
    return parts;
  },
};

function difference(rows: number): string {
  return `${formatCount(Math.abs(rows))} ${Math.abs(rows) === 1 ? "row" : "rows"} ${rows < 0 ? "fewer" : "more"}`;
}

/** What the run used. The time of day it started is left out: reports carry no dates. */
export const manifestSection: Section = {
  id: "manifest",
  title: "Manifest",
  render({ manifest }, page) {
    const { environment: machine } = manifest;
    const total = manifest.timings.reduce((sum, { seconds }) => sum + seconds, 0);
    const config = flatten(manifest.config);
    const outputs = Object.entries(manifest.outputs);
    return [
      h(
        "dl",
        { class: "pairs" },
        pair("Seed", String(manifest.seed)),
        pair("Code", h("code", {}, manifest.codeVersion)),
        pair("Data fingerprint", h("code", {}, manifest.dataFingerprint)),
        pair(
          "Machine",
          `Node ${machine.node}, DuckDB ${machine.duckdb}, ${machine.platform}, ${formatCount(machine.cpus)} processors`,
        ),
      ),
      config.length
        ? page.table({
            caption: "Settings.",
            columns: [{ title: "Setting" }, { title: "Value" }],
            rows: config.map(([key, value]) => ({ cells: [h("code", {}, key), value] })),
          })
        : null,
      manifest.timings.length
        ? page.table({
            caption: "Time taken.",
            columns: [{ title: "Stage" }, { title: "Time", align: "number" }, { title: "" }],
            rows: [
              ...manifest.timings.map(({ stage, seconds, resumed }) => ({
                cells: [
                  stage,
                  formatSeconds(seconds),
                  resumed ? h("span", { class: "quiet" }, "taken over from an earlier run") : "",
                ],
              })),
              { cells: ["All", formatSeconds(total), ""], kind: "strong" as const },
            ],
          })
        : null,
      outputs.length
        ? page.table({
            caption: "Files made, with the first digits of their SHA-256 (in full in report.json).",
            columns: [{ title: "File" }, { title: "SHA-256" }],
            rows: outputs.map(([file, digest]) => ({
              cells: [h("code", {}, file), h("span", { class: "digest" }, `${digest.slice(0, 16)}…`)],
            })),
          })
        : null,
    ];
  },
};

const longList = 12;

/** Settings as `lr.classWeight` → text; lists in a row, long ones cut. */
export function flatten(value: unknown, path = ""): [string, string][] {
  if (Array.isArray(value) && value.every((item) => item === null || typeof item !== "object")) {
    const shown = value.slice(0, longList).map(String).join(", ");
    return [[path, value.length > longList ? `${shown}, … (${value.length} in all)` : shown || "none"]];
  }
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([key, item]) => flatten(item, path ? `${path}.${key}` : key));
  }
  return value === undefined ? [] : [[path, String(value)]];
}

/** The command and what makes it give the same again. */
export const reproduceSection: Section = {
  id: "reproduce",
  title: "Reproducing this run",
  render({ manifest, data }: RunResult) {
    return [
      h("pre", { tabindex: 0 }, h("code", {}, manifest.command)),
      h(
        "p",
        {},
        fragment(
          "With the code ",
          h("code", {}, manifest.codeVersion),
          `, the data of the fingerprint above (${data.title} ${data.version}) and seed ${manifest.seed}, the predictions come out the same, byte for byte. `,
          h("code", {}, "report.json"),
          " beside this file holds every number shown here.",
        ),
      ),
    ];
  },
};
