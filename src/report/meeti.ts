// The page of a MEETI run: counts, agreement with the cart, findings, example pictures. Knows no file.
import type { MeetiResult } from "../run/meeti/result.ts";
import { dataUseName } from "./data-use.ts";
import { formatCount, formatShare } from "./format.ts";
import { type Child, h } from "./html.ts";
import { absentCell, beginPage, type Page } from "./page.ts";
import { type PagePart, renderShell } from "./shell.ts";

const FAULTS = {
  missing: "A file is not there",
  unreadable: "The header or the samples cannot be read",
  unmeasurable: "No lead in millivolts, or a rate that cannot be measured",
  fewBeats: "Fewer than three beats, on which the original stops (faithful mode)",
} as const;

/** What stands in each table. */
const TABLES: Readonly<Record<string, string>> = {
  records: "Texts, with the measurements over all leads (records)",
  leads: "Measurements of a lead (leads)",
  beats: "Measurements of a beat, in a lead or in all (beats)",
  findings: "Sentences of the texts (findings)",
  waveforms: "Waveforms of a lead (waveforms)",
};

/** The rules of the texts in words. */
const RULES: Readonly<Record<string, string>> = {
  "ST-T/depression": "ST depression",
  "ST-T/elevation": "ST elevation",
  "ST-T/inversion": "T wave inversion",
  "ST-T/none": "Nothing of ST and T in two neighbouring leads",
  "ST-T/q-waves": "Q waves",
  axis: "QRS axis",
  "conduction/left-anterior": "Left anterior block",
  "conduction/qrs": "QRS duration and bundle branch block",
  "hypertrophy/left": "Left ventricular hypertrophy by voltage",
  "hypertrophy/low-voltage": "Low voltage",
  "hypertrophy/right": "Right ventricular hypertrophy by voltage",
  "hypertrophy/right-atrium": "Tall P wave in II",
  "intervals/pr": "PR interval",
  "intervals/qt": "QT interval",
  "quality/no-beat": "No beat found",
  "quality/unusable-leads": "Leads that cannot be used",
  rate: "Rate",
  rhythm: "Rhythm",
  "rhythm/atrial-ectopy": "Atrial ectopic beats",
  "rhythm/ventricular-ectopy": "Ventricular ectopic beats",
  "rhythm/wide-and-fast": "Wide complexes and fast",
};

/** No count of 1 to 10 of credentialed records is shown. */
const SMALL = 10;

/**
 * The page of a run, self-contained.
 * @example renderMeetiReport(await runMeeti(options))
 */
export function renderMeetiReport({ manifest, examples }: MeetiResult): string {
  const page = beginPage();
  const { mode, data } = manifest;
  const parts: PagePart[] = [
    { id: "counts", title: "Recordings", body: counts(manifest, page) },
    { id: "agreement", title: "Agreement with the cart", body: agreement(manifest, page) },
    { id: "findings", title: "What the texts say", body: findings(manifest, page) },
    ...(examples.length ? [{ id: "examples", title: "Examples", body: pictures(examples, page) }] : []),
    { id: "limits", title: "What this is and is not", body: limits(manifest) },
  ];
  return renderShell({
    title: "MEETI: recordings, pictures, measurements, words",
    head: h(
      "header",
      { class: "title" },
      h("p", { class: "eyebrow" }, "Bedside report · meeti"),
      h("h1", {}, "MEETI: recordings, pictures, measurements, words"),
      h(
        "p",
        { class: "system" },
        "After MEETI (arXiv 2507.15255; Scientific Data 2026), a data set made of MIMIC-IV-ECG",
      ),
      h(
        "p",
        { class: "result" },
        `${data.title} ${data.version} (${dataUseName[data.dataUse]}), ${mode} mode: `,
        h("strong", {}, `${formatCount(manifest.records.written)} recordings`),
        `, each with waveform, ${manifest.settings.pictures === "none" ? "" : "picture, "}measurements and text under one id.`,
      ),
    ),
    parts,
    foot: `Bedside ${manifest.codeVersion}. Started ${manifest.startedAt}. ${manifest.command}`,
  });
}

type Manifest = MeetiResult["manifest"];

function shown({ data }: Manifest, count: number): string {
  return data.dataUse === "credentialed" && count > 0 && count <= SMALL ? "1–10" : formatCount(count);
}

/** Orders rules by recordings; those whose count is withheld are not told apart by their place. */
function placed({ data }: Manifest, { records }: { records: number }): number {
  return data.dataUse === "credentialed" && records <= SMALL ? 0 : records;
}

function counts(manifest: Manifest, page: Page): Child {
  const { records, faults, rows, text, speed } = manifest;
  const { pictures } = manifest.settings;
  const lines: [string, string][] = [
    ["In the data set's list", formatCount(records.listed)],
    ["Asked for", formatCount(records.asked)],
    ["Patients of these", shown(manifest, records.patients)],
    ["Written", formatCount(records.written)],
    ["Written, but without a beat that was found", shown(manifest, records.withoutBeats)],
    ...Object.entries(FAULTS).map(([name, title]): [string, string] => [
      `Left out: ${title}`,
      shown(manifest, faults[name as keyof typeof FAULTS]),
    ]),
    ...Object.entries(rows).map(([name, count]): [string, string] => [TABLES[name] ?? name, formatCount(count)]),
    ...(pictures === "none"
      ? []
      : [[`Pictures (${pictures.toUpperCase()})`, formatCount(records.written)] as [string, string]]),
    ...(speed
      ? [
          [
            `Recordings a second, ${speed.workers} ${speed.workers === 1 ? "worker" : "workers"}`,
            (speed.records / speed.seconds).toFixed(1),
          ] as [string, string],
        ]
      : []),
    ...(text.source === "model"
      ? [["Texts of the model with a number that no table has", shown(manifest, text.rejected)] as [string, string]]
      : []),
  ];
  return page.table({
    caption: "What went in and what came out.",
    columns: [{ title: "What" }, { title: "Number", align: "number" }],
    rows: lines.map(([name, count]) => ({ cells: [name, count] })),
    note: "The published data set has 784,680 recordings of 160,597 patients, out of 800,035; which it left out is not written down.",
  });
}

const signed = (value: number | null): Child =>
  value === null ? absentCell("not compared") : `${value > 0 ? "+" : ""}${value.toFixed(1).replace("-", "−")}`;

function agreement({ agreement: rows, data, mode }: Manifest, page: Page): Child {
  if (!rows.length) return h("p", {}, `${data.title} has no measurements of the cart to compare with.`);
  return page.table({
    caption: "Ours less the cart's (machine_measurements), over all recordings that both measured.",
    columns: [
      { title: "Quantity" },
      { title: "Recordings", align: "number" },
      { title: "Median", align: "number" },
      { title: "Quartiles", align: "number" },
      { title: "Tolerance", align: "number" },
      { title: "Within", align: "number" },
    ],
    rows: rows.map(({ title, unit, records, median, low, high, tolerance, within }) => ({
      cells: [
        `${title}, ${unit}`,
        formatCount(records),
        signed(median),
        low === null ? absentCell("not compared") : [signed(low), " to ", signed(high)],
        `± ${tolerance}`,
        within === null ? absentCell("not compared") : formatShare(Math.round(within * records), records),
      ],
    })),
    note: `Tolerances of intervals are twice the CSE tolerance of their two limits. Recordings beyond a tolerance are flagged in the column disagreements, not narrated.${mode === "faithful" ? " Faithful mode measures QT from the end of QRS, as the original: it is short by one QRS duration." : ""}`,
  });
}

function findings(manifest: Manifest, page: Page): Child {
  const { findings: rows, records, text } = manifest;
  return [
    page.table({
      caption: "Recordings in which a rule spoke.",
      columns: [{ title: "Rule" }, { title: "Recordings", align: "number" }],
      rows: [...rows]
        .sort((a, b) => placed(manifest, b) - placed(manifest, a) || (a.rule < b.rule ? -1 : 1))
        .map(({ rule, records: count }) => ({ cells: [RULES[rule] ?? rule, shown(manifest, count)] })),
      note: `Of ${formatCount(records.written)}. Limits and sources stand in docs/meeti.md; each sentence's rule and columns in findings.parquet.`,
    }),
    text.model
      ? h(
          "p",
          {},
          `Texts by ${text.model.name} at an address the user named; prompts and answers lie in prompts.jsonl.`,
        )
      : h("p", {}, "Texts are written by rules from the measurements. No language model was asked."),
    text.ruling ? h("p", {}, `Ruling of ${text.ruling.date} by ${text.ruling.by}: ${text.ruling.reason}`) : null,
  ];
}

function pictures(examples: MeetiResult["examples"], page: Page): Child {
  return examples.map(({ png, width, height, text }) =>
    page.figure(
      { caption: text },
      h("img", { src: `data:image/png;base64,${png}`, width, height, alt: text, style: "max-width:100%;height:auto" }),
    ),
  );
}

function limits({ mode, data }: Manifest): Child {
  const lines = [
    mode === "faithful"
      ? "Faithful mode keeps the original's definitions and faults: QT from the QRS complex's end, T with the ST segment, amplitudes of a normalised signal, a 50 Hz notch, truncated rates. Beats are found by Bedside's own delineation."
      : "Intervals run from onset to end over all leads; amplitudes are millivolts of the signal as recorded.",
    "Sentences are descriptions by rules, not diagnoses; nobody has checked them one by one.",
    data.dataUse === "synthetic"
      ? "The recordings are made up: nothing here says anything about real patients."
      : "Research use only.",
  ];
  return h(
    "ul",
    {},
    lines.map((line) => h("li", {}, line)),
  );
}
