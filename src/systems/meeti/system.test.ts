// MEETI's declaration: a system that makes a data set and predicts nothing.
import { expect, test } from "vitest";
import { papers, systems } from "../index.ts";
import { meeti, meetiCounts } from "./system.ts";

test("it is among the systems, without a task, with the command that makes it", () => {
  expect(systems).toContain(meeti);
  expect(meeti.tasks).toEqual([]);
  expect(meeti.produces?.command).toBe("bedside run meeti");
});

test("its counts are those the list of papers names", () => {
  const paper = papers().find(({ id }) => id === "meeti")!;
  expect(paper.headline.text).toBe(
    `${meetiCounts.recordings.toLocaleString("en")} records of ${meetiCounts.patients.toLocaleString("en")} patients`,
  );
});

test("faults have ids of their own and all their words", () => {
  const faults = meeti.faults!;
  expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
  for (const { original, corrected } of faults) for (const text of [original, corrected]) expect(text).toMatch(/\.$/);
});

test("what differs is said for each mode, and for synthetic recordings", () => {
  const said = (version: string, mode: "corrected" | "faithful") =>
    meeti.differences({ id: "mimic-iv-ecg", title: "MIMIC-IV-ECG", version }, mode).join(" ");
  expect(said("1.0", "faithful")).toMatch(/784,680.*own delineation/);
  expect(said("3.1 synthetic 3", "corrected")).toMatch(/^These recordings are synthetic/);
});
