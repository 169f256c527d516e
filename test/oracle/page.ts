// The text of docs/yaib-oracle.md: what was compared with the authors' published cohorts, and the result. Knows no data.
import { type Attrition, printFunnel } from "../../src/cohort/index.ts";
import { type Comparison, total } from "./compare.ts";

const grouped = new Intl.NumberFormat("en-US");
const n = (count: number) => grouped.format(count);

/** A comparison under a name. */
export interface NamedComparison {
  /** `ricu-0.5` */
  clock: string;
  comparison: Comparison;
}

/** The page; a test holds the file to it. */
export function oraclePage(parts: { attrition: Attrition; clocks: NamedComparison[]; base: Comparison }): string {
  const main = parts.clocks[0]!.comparison;
  const { cells, different } = total(main);
  return `# The oracle: our cohort beside the authors'

<!-- Made by test/oracle/mortality24.test.ts where the data is present: npx vitest run test/oracle -u writes it anew. -->

The authors of YAIB publish what their pipeline (R, ricu, YAIB-cohorts) made of the open MIMIC-III demo. In faithful mode Bedside
makes the same cohort from the same records, and the test \`test/oracle/mortality24.test.ts\` compares the two: numbers are equal
when both are missing or when they differ by at most 1e-6 of the authors' value.

## mortality24

| what | ours | theirs | in both | different |
| --- | ---: | ---: | ---: | ---: |
| ICU stays | ${n(main.stays.ours)} | ${n(main.stays.theirs)} | ${n(main.stays.both)} | ${n(apart(main.stays))} |
| labels | ${n(main.stays.ours)} | ${n(main.stays.theirs)} | ${n(main.labels!.compared)} | ${n(main.labels!.unequal)} |
| hourly rows | ${n(main.rows.ours)} | ${n(main.rows.theirs)} | ${n(main.rows.both)} | ${n(apart(main.rows))} |
| cells (48 hourly, 4 static variables) | ${n(cells)} | ${n(cells)} | ${n(cells)} | ${n(different)} |

${remaining(main)}

The funnel, with the authors' attrition.csv: after the base cohort (steps 1 to 5) 132 stays; early deaths hit 10 and remove 7, 125
remain; short stays hit 34 and remove 26, 99 remain.

\`\`\`text
${printFunnel(parts.attrition).join("\n")}
\`\`\`

### Which version of ricu

The published cohort of this task is older than ricu 0.6.0 (end of 2023), which replaced every rounding and truncation by a floor.
Until then, minutes and hours since admission were cut towards zero, and the ends of stays rounded to the minute. So hour 0 holds
two hours: the one after admission and the one before it. The task's \`clock\` says which version faithful mode follows; with another
clock the same comparison gives:

| clock | cells compared | different hourly cells | different ages | equal |
| --- | ---: | ---: | ---: | ---: |
${parts.clocks.map(({ clock, comparison }) => clockRow(clock, comparison)).join("\n")}

\`ricu-0.5\` is what the published mortality24 cohort was made with. The differences under the other two have three causes. Most lie in
hour 0: what was charted in the hour before admission is in hour −1 there. Laboratory values near a full hour move to the hour beside, since
ricu counts their minutes from the hospital admission and shifts them by a difference that 0.5 rounds. And ages, counted in whole hours
from birth, are an hour older.

### Which dictionary

The authors' dictionary of that time reads oxygen saturation from the pulse oximeter and its alarm limit (MIMIC-III items 646, 220277, 226253).
Items 834 and 50817, arterial saturation, stand in later versions; with them cells of \`o2sat\` would differ. They are read in corrected
mode only (correction "Arterial saturation missing" in [concepts.md](concepts.md)).

## The base cohort, as a second check

The demo cohort \`los\` holds all ${n(parts.base.stays.theirs)} stays of the base cohort with up to 169 hourly rows, and was made with ricu 0.6. Bedside has no length-of-stay
task yet; the comparison takes the base cohort of mortality24 with that clock and that grid.

| what | ours | theirs | in both | different |
| --- | ---: | ---: | ---: | ---: |
| ICU stays | ${n(parts.base.stays.ours)} | ${n(parts.base.stays.theirs)} | ${n(parts.base.stays.both)} | ${n(apart(parts.base.stays))} |
| hourly rows | ${n(parts.base.rows.ours)} | ${n(parts.base.rows.theirs)} | ${n(parts.base.rows.both)} | ${n(apart(parts.base.rows))} |
| cells of the rows in both, and of the static variables | ${n(total(parts.base).cells)} | ${n(total(parts.base).cells)} | ${n(total(parts.base).cells)} | ${n(total(parts.base).different)} |

Cause of the ${n(apart(parts.base.rows))} rows that only the authors have: a grid ends with the event of the task's label. That of mortality24 is death, that of \`los\`
is none, so their rows go on from the hour after death to the charted end of the stay.

${remaining(parts.base)}

## What the demo cannot show

All ${n(main.stays.theirs)} stays are MIMIC-III. On MIMIC-IV the same rules run on the items and columns of that data set (anchor_age, transfers.careunit, stay_id); no
published cohort of open MIMIC-IV records exists to compare with. No stay of the demo ends before it begins, has no measurement at all in 24 hours, or has a gap of more
than 12 hours: those rules are tested on small made-up records (src/cohort/build.test.ts).
`;
}

function apart({ ours, theirs, both }: Comparison["stays"]): number {
  return ours + theirs - 2 * both;
}

function clockRow(clock: string, comparison: Comparison): string {
  const { cells, different } = total(comparison);
  const ages = total({ ...comparison, columns: comparison.columns.filter(({ name }) => name === "age") }).different;
  const equal = ((100 * (cells - different)) / cells).toFixed(3);
  return `| \`${clock}\` | ${n(cells)} | ${n(different - ages)} | ${n(ages)} | ${equal} % |`;
}

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
