// The text of docs/yaib-oracle.md: what was compared with the authors' published cohorts, and the result. Knows no data.
import { type Cohort, type ModeRow, printFunnel, printModes } from "../../src/cohort/index.ts";
import { type Comparison, total } from "./compare.ts";

const grouped = new Intl.NumberFormat("en-US");
const n = (count: number) => grouped.format(count);

/** A comparison under a name. */
export interface NamedComparison {
  /** `ricu-0.5` */
  clock: string;
  comparison: Comparison;
}

/** A task's faithful cohort beside the authors', with the clock of the task first. */
export interface TaskOracle {
  /** `aki` */
  name: string;
  cohort: Cohort;
  clocks: NamedComparison[];
}

/** The two modes of a task on a data set. */
export interface NamedModes {
  /** `MIMIC-III demo` */
  data: string;
  name: string;
  rows: ModeRow[];
}

/** The page; a test holds the file to it. */
export function oraclePage(oracles: readonly TaskOracle[], modes: readonly NamedModes[]): string {
  const parts = [
    `# The oracle: our cohorts beside the authors'

<!-- Made by test/oracle/yaib.test.ts where the data is present: npx vitest run test/oracle -u writes it anew. -->

The authors of YAIB publish what their pipeline (R, ricu, YAIB-cohorts) made of the open MIMIC-III demo. In faithful mode Bedside
makes the same cohorts from the same records, and the test \`test/oracle/yaib.test.ts\` compares them: numbers are equal when
both are missing or when they differ by at most 1e-6 of the authors' value.

${summary(oracles)}

Labels are compared hour by hour where there is one an hour. Cells are those of 48 hourly and 4 static variables.`,
    ...oracles.map(taskPart),
    clocksPart(oracles),
    FOUND,
    `## Both modes side by side

What corrected mode changes, by the numbers. The causes stand in src/systems/yaib/faults.json and faults-by-task.json.

${modes.map(modesPart).join("\n\n")}`,
    LIMITS,
  ];
  return `${parts.join("\n\n")}\n`;
}

function summary(oracles: readonly TaskOracle[]): string {
  const rows = oracles.map(({ name, clocks }) => {
    const { stays, rows, labels, ...rest } = clocks[0]!.comparison;
    const { cells, different } = total({ stays, rows, labels, ...rest });
    return `| ${name} | ${pair(stays)} | ${pair(rows)} | ${n(labels!.compared)} | ${n(labels!.unequal)} | ${n(cells)} | ${n(different)} |`;
  });
  return [
    "| task | stays (ours / theirs) | hourly rows (ours / theirs) | labels | different | cells | different |",
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
  ].join("\n");
}

function pair({ ours, theirs }: Comparison["stays"]): string {
  return `${n(ours)} / ${n(theirs)}`;
}

function taskPart({ name, cohort, clocks }: TaskOracle): string {
  const published = cohort.attrition.steps.length > 5;
  return `## ${name}

${remaining(clocks[0]!.comparison)} ${
    published
      ? "The steps after the base cohort (the first five) are those of the authors' attrition.csv, with the same hits and the same stays removed."
      : "The authors give no attrition for it: it is the base cohort itself."
  }

\`\`\`text
${printFunnel(cohort.attrition).join("\n")}
\`\`\``;
}

function clocksPart(oracles: readonly TaskOracle[]): string {
  const rows = oracles.flatMap(({ name, clocks }) =>
    clocks.map(({ clock, comparison }) => {
      const { cells, different } = total(comparison);
      const ages = total({ ...comparison, columns: comparison.columns.filter((column) => column.name === "age") });
      return `| ${name} | \`${clock}\` | ${n(cells)} | ${n(different - ages.different)} | ${n(ages.different)} | ${n(comparison.labels!.unequal)} |`;
    }),
  );
  return `## Which version of ricu

ricu 0.6.0 (end of 2023) replaced every rounding and truncation by a floor. Until then minutes and hours since admission were cut
towards zero, and the ends of stays rounded to the minute, so that hour 0 holds two hours: the one after admission and the one
before it. The published cohorts come from both sides of that change; the task's \`clock\` says which one faithful mode follows.

| task | clock | cells | other cells different | ages different | labels different |
| --- | --- | ---: | ---: | ---: | ---: |
${rows.join("\n")}

The differences under the other clock have three causes. Most lie in hour 0. Laboratory values near a full hour move to the hour
beside, since ricu counts their minutes from the hospital admission and shifts them by a difference that 0.5 rounds. And ages,
counted in whole hours from birth, are an hour older. Where an onset moves with its values, rows and labels move with it.`;
}

const FOUND = `## What the comparison taught

- **Weight.** The code of the KDIGO urine part says 75 kg where no weight is charted. It never applies: stays without a weight are
  not among the rows that the division reaches, so their mL are compared with limits in mL/kg. One stay of the demo tells.
- **Order of urine values.** The gap to the value before counts by time, although some rows of the file stand in another order.
- **Length of antibiotics.** The code adds hours and minutes in a way that R may count in seconds. The cohort tells that the sum is in
  hours: in seconds no gap would ever be found, and 26 stays instead of 17 would have sepsis before hour 6.
- **Hits of kidney_function.** The authors count stays without a creatinine among the base cohort, not among all stays.
- **Which dictionary.** Oxygen saturation is read from the pulse oximeter and its alarm limit (MIMIC-III items 646, 220277, 226253) in
  all five cohorts. Items 834 and 50817, arterial saturation, stand in later versions and are read in corrected mode only
  ([concepts.md](concepts.md)).`;

function modesPart({ data, name, rows }: NamedModes): string {
  return `**${name}, ${data}**

\`\`\`text
${printModes(rows)
  .map((line) => line.trimEnd())
  .join("\n")}
\`\`\``;
}

const LIMITS = `## What the demo cannot show

All stays of the published cohorts are MIMIC-III. On MIMIC-IV the same rules run on the items and columns of that data set
(anchor_age, transfers.careunit, stay_id, ventilation as charted spans); no published cohort of open MIMIC-IV records exists to
compare with. No stay of the demo ends before it begins, has no measurement at all in 24 hours, or has a gap of more than 12 hours:
those rules are tested on small made-up records (src/cohort/build.test.ts).

Clocks and the points under "What the comparison taught" were settled by looking at these cohorts, all else by reading the original's
code; the figures above are therefore agreement on the records the settling was done with.

The aki cohort has 44 stays with an onset whose hours all agree. The sepsis cohort has one onset after hour 6, whose 13 positive hours agree, and 17
stays left out for an earlier onset, of which only that can be seen. It tells the parts of SOFA for respiration, circulation and the nervous system, and the antibiotics:
without any one of them the stays differ. It does not tell a day of 24 hours from the original's 25, how long ventilation without an end holds,
urine in SOFA, the day or the hour of a culture, or the hours between antibiotic and culture: with each of these otherwise the same cohort comes out.
They are taken from the original's code and tested on made-up records (src/cohort/functions/sepsis.test.ts), not proven by the oracle.`;

/** Every column that differs; a column here needs its cause in the text above. */
function remaining({ columns }: Comparison): string {
  const rows = columns.filter(({ missing, extra, unequal }) => missing + extra + unequal > 0);
  if (rows.length === 0) return "No cell differs, so there is no difference to explain.";
  return [
    "| variable | cells | only theirs | only ours | unequal |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows.map(
      ({ name, cells, missing, extra, unequal }) =>
        `| \`${name}\` | ${n(cells)} | ${n(missing)} | ${n(extra)} | ${n(unequal)} |`,
    ),
  ].join("\n");
}
