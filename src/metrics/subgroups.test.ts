import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStream } from "../core/random.ts";
import { auroc, bootstrap, mae, type SubgroupRow, subgroupMetrics } from "./index.ts";

/** Stays of patients: sex and ethnicity belong to the patient, the age band may differ between stays. */
function hospital(patients: number, seed = 1) {
  const stream = randomStream(seed, "hospital");
  const rows: { label: number; score: number; subject: number; sex: string; age: string; ethnicity: string }[] = [];
  for (let subject = 0; subject < patients; subject++) {
    const sex = stream.chance(0.45) ? "F" : "M";
    const ethnicity = stream.chance(0.02) ? "Asian" : stream.chance(0.15) ? "Black" : "White";
    for (let stays = stream.chance(0.2) ? 2 : 1; stays > 0; stays--) {
      const label = stream.chance(0.2) ? 1 : 0;
      const score = 0.6 * stream.uniform() + 0.3 * label;
      rows.push({ label, score, subject, sex, ethnicity, age: stream.chance(0.3) ? "18-64" : "65+" });
    }
  }
  const column = <Name extends keyof (typeof rows)[0]>(name: Name) => rows.map((row) => row[name]);
  return {
    labels: column("label"),
    scores: column("score"),
    subjects: column("subject"),
    families: { sex: column("sex"), age: column("age"), ethnicity: column("ethnicity") },
  };
}

test("the table counts patients, rows and positives and measures each group on its own rows", () => {
  const { labels, scores, subjects, families } = hospital(400);
  const table = subgroupMetrics(labels, scores, { subjects, families, seed: 7, resamples: 60 });
  const women = labels.map((_, row) => row).filter((row) => families.sex[row] === "F");
  const of = <Value>(values: Value[]) => women.map((row) => values[row]!);
  expect(table.groups.find(({ group }) => group === "F")).toMatchObject({
    name: "sex",
    patients: new Set(of(subjects)).size,
    rows: women.length,
    positives: of(labels).filter(Boolean).length,
    metrics: { auroc: bootstrap(auroc.prepare(of(labels), of(scores)), of(subjects), { seed: 7, resamples: 60 }) },
  });
  expect(table.overall).toMatchObject({
    name: "overall",
    group: "all",
    patients: 400,
    rows: labels.length,
    metrics: { auroc: bootstrap(auroc.prepare(labels, scores), subjects, { seed: 7, resamples: 60 }) },
  });
  expect(Object.keys(table.overall.metrics)).toEqual(["auroc", "averagePrecision", "brier"]);
  expect(table.groups.map(({ name, group }) => `${name} ${group}`)).toEqual([
    "sex F",
    "sex M",
    "age 18-64",
    "age 65+",
    "ethnicity Asian",
    "ethnicity Black",
    "ethnicity White",
  ]);
  expect(JSON.parse(JSON.stringify(table))).toEqual(table);
});

test("a small group is withheld with the next larger one, and neither has metrics", () => {
  const { labels, scores, subjects, families } = hospital(400);
  const table = subgroupMetrics(labels, scores, { subjects, families, seed: 7, resamples: 50 });
  const [asian, black, white] = table.groups.filter(({ name }) => name === "ethnicity");
  const hidden = { patients: "withheld", rows: "withheld", positives: "withheld" };
  const metrics = { auroc: null, averagePrecision: null, brier: null };
  expect(asian).toEqual({ name: "ethnicity", group: "Asian", ...hidden, metrics });
  expect(black).toEqual({ name: "ethnicity", group: "Black", ...hidden, metrics });
  expect(white!.metrics.auroc!.value).toBeGreaterThan(0.5);
  expect(table.note).toContain("1 to 10 patients");
});

test("twelve positive rows of three patients are few positives", () => {
  const labels = Array.from({ length: 200 }, (_, row) => (row < 12 || row >= 170 ? 1 : 0));
  const subjects = labels.map((_, row) => (row < 12 ? row % 3 : row));
  const unit = labels.map((_, row) => (row < 100 ? "A" : "B"));
  const options = { subjects, families: { unit }, seed: 1, resamples: 50 };
  const table = subgroupMetrics(labels, labels, options);
  expect(table.overall.positives).toBe(42);
  expect(table.groups.map(({ patients, rows, positives }) => [patients, rows, positives])).toEqual([
    [91, 100, "withheld"],
    [100, 100, "withheld"],
  ]);
});

test("a metric without a value on a shown group is null, the others stand", () => {
  const labels = [...Array(30).fill(0), ...Array(20).fill(1), ...Array(20).fill(0)];
  const unit = labels.map((_, row) => (row < 30 ? "A" : "B"));
  const subjects = labels.map((_, row) => row);
  const metrics = { auroc: auroc.prepare, mae: mae.prepare };
  const table = subgroupMetrics(labels, labels, { subjects, families: { unit }, metrics, seed: 1, resamples: 50 });
  expect(table.groups[0]).toMatchObject({ positives: 0, metrics: { auroc: null, mae: { value: 0 } } });
  expect(table.groups[1]).toMatchObject({ positives: 20, metrics: { auroc: { value: 1 }, mae: { value: 0 } } });
});

test("wrong input is refused: a lower limit, rows without a group, columns of another length, wrong scores", () => {
  const { labels, scores, subjects, families } = hospital(40);
  const refused = (options: object, message: string) =>
    expect(() => subgroupMetrics(labels, scores, { subjects, families, seed: 1, ...options })).toThrow(message);
  refused({ limit: 9 }, "limit is out of range");
  refused({ subjects: [1] }, "subjects and the labels differ");
  refused({ families: { sex: ["F"] } }, "sex and the labels differ");
  refused({ families: { sex: labels.map(() => undefined) } }, "A row has no group");
  const large = hospital(300);
  const { scores: _, ...rest } = large;
  const off = large.scores.map((score) => score * 5);
  expect(() => subgroupMetrics(large.labels, off, { ...rest, seed: 1 })).toThrow("outside 0 to 1");
});

type Column = (row: SubgroupRow) => number | "withheld";
const negatives: Column = ({ rows, positives }) =>
  rows === "withheld" || positives === "withheld" ? "withheld" : rows - positives;

/** What the shown groups of a family leave of the total. */
function leftOver(overall: SubgroupRow, family: SubgroupRow[], column: Column): number {
  const total = column(overall);
  if (total === "withheld") return Number.POSITIVE_INFINITY;
  return family.map(column).reduce<number>((left, count) => (count === "withheld" ? left : left - count), total);
}

/** The range in which a reader can place each count of a column, from the table alone. */
function ranges(overall: SubgroupRow, family: SubgroupRow[], column: Column, counterpart?: Column): [number, number][] {
  const left = leftOver(overall, family, column);
  const counterpartLeft = counterpart ? leftOver(overall, family, counterpart) : Number.POSITIVE_INFINITY;
  const alone = family.filter((row) => column(row) === "withheld").length === 1 && left < Number.POSITIVE_INFINITY;
  return family.map((row) => {
    const count = column(row);
    if (count !== "withheld") return [count, count];
    // Positives and negatives of a row whose size is shown add up to it.
    const size = counterpart && row.rows !== "withheld" ? row.rows : Number.POSITIVE_INFINITY;
    const least = size < Number.POSITIVE_INFINITY ? Math.max(0, size - counterpartLeft) : 0;
    return [alone ? left : least, Math.min(left, size)];
  });
}

test("from the table nobody can work out a count of 1 to the limit", () => {
  const group = fc.constantFrom("a", "b", "c", "d", "e");
  const stay = fc.record({
    subject: fc.nat({ max: 250 }),
    label: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
    // Skewed, so that small groups stand beside large ones.
    first: fc.oneof({ weight: 6, arbitrary: fc.constantFrom("a", "b") }, { weight: 1, arbitrary: group }),
    second: fc.oneof({ weight: 3, arbitrary: fc.constant("a") }, { weight: 1, arbitrary: group }),
  });
  const hospitals = fc.array(stay, { minLength: 1, maxLength: 700, size: "max" });
  const seen = { hidden: 0, shown: 0, few: 0 };
  fc.assert(
    fc.property(hospitals, fc.integer({ min: 10, max: 14 }), (stays, limit) => {
      const labels = stays.map(({ label }) => label);
      const subjects = stays.map(({ subject }) => subject);
      const families = { first: stays.map(({ first }) => first), second: stays.map(({ second }) => second) };
      const options = { subjects, families, limit, metrics: {}, seed: 1, resamples: 1 };
      const { overall, groups } = subgroupMetrics(labels, labels, options);
      const isFew = (count: number) => count >= 1 && count <= limit;
      for (const name of ["first", "second"] as const) {
        const family = groups.filter((row) => row.name === name);
        const columns: [string, Column, Column?][] = [
          ["patients", (row) => row.patients],
          ["rows", (row) => row.rows],
          ["positives", (row) => row.positives, negatives],
          ["negatives", negatives, (row) => row.positives],
        ];
        for (const [title, column, counterpart] of columns) {
          const places = ranges(overall, family, column, counterpart);
          // What the shown groups leave of the total is a count, too.
          if (family.some((row) => column(row) === "withheld")) {
            expect([title, isFew(leftOver(overall, family, column))]).toEqual([title, false]);
          }
          family.forEach((row, g) => {
            const wanted = title === "positives" ? [1] : title === "negatives" ? [0] : [0, 1];
            const counted = stays.filter((stay) => stay[name] === row.group && wanted.includes(stay.label));
            const people = new Set(counted.map(({ subject }) => subject)).size;
            const [low, high] = places[g]!;
            // Neither a count that is shown or worked out, nor the people behind it, may be few.
            if (low === high && high !== 0) expect([title, isFew(high), isFew(people)]).toEqual([title, false, false]);
            if (isFew(people)) expect(high - low).toBeGreaterThan(limit);
            seen[low === high ? "shown" : "hidden"]++;
            if (isFew(people)) seen.few++;
          });
        }
      }
    }),
    { seed: 9, numRuns: 300 },
  );
  expect(Math.min(seen.hidden, seen.shown, seen.few)).toBeGreaterThan(1000);
});
