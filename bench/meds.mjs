// The MEDS data set of a hospital: Bedside's export, and MEDS-Extract's pipeline for MIMIC-IV where it is installed.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cli, partOf } from "./hospital.mjs";
import { runMeasured } from "./measure.mjs";

/** Maps of items to vocabularies that the pipeline downloads otherwise; one row each here, which only spares it work. */
const MAPS = [
  ...["d_labitems_to_loinc", "meas_chartevents_main", "inputevents_to_rxnorm"],
  ...["outputevents_to_loinc", "proc_datetimeevents", "proc_itemid"],
];
const MAP = `itemid (omop_source_code),label,omop_concept_name,omop_vocabulary_id,omop_concept_code
50862,Albumin,Albumin [Mass/volume] in Serum or Plasma,LOINC,1751-7
`;

/** Those who can make it, as `inTurn` takes them, each with the number of events in what it made. */
export async function medsContestants(folder, hospital, { memory, command }) {
  const names = ["hosp", "icu"].flatMap((module) =>
    readdirSync(join(hospital, module)).map((name) => `${module}/${name.replace(/\.csv\.gz$/, "")}`),
  );
  const files = partOf(hospital, join(folder, "meds-tables"), names);
  const fresh = (path) => () => rmSync(path, { recursive: true, force: true });
  const ours = join(folder, "meds");
  const contestants = [
    {
      name: "Bedside",
      before: fresh(ours),
      events: () => countEvents(ours, folder),
      steps: [
        {
          name: "MEDS",
          command: "node",
          args: [cli, "meds", "export", "--data", files, "--out", ours, "--memory", memory, "--quiet"],
        },
      ],
    },
  ];
  const probe = await runMeasured(command, ["--help"]);
  if (probe.code !== 0) {
    console.log(`  MEDS-Extract is left out: "${command}" does not run (--meds-extract PATH names another)`);
    return contestants;
  }
  for (const name of MAPS) writeFileSync(join(files, `${name}.csv`), MAP);
  const theirs = join(folder, "meds-extract");
  const path = existsSync(command) ? `${dirname(command)}${delimiter}${process.env.PATH}` : process.env.PATH;
  const args = ["spec=MIMIC-IV", "do_download=false", `input_dir=${files}`, `output_dir=${theirs}`];
  contestants.push({
    name: "MEDS-Extract, MIMIC-IV",
    before: () => {
      fresh(theirs)();
      mkdirSync(theirs);
    },
    events: () => countEvents(theirs, folder),
    // it keeps a folder of logs where it is run
    steps: [{ name: "MEDS", command, args, options: { cwd: theirs, env: { ...process.env, PATH: path } } }],
  });
  return contestants;
}

async function countEvents(dataset, folder) {
  const { openDatabase, literal, sql } = await import("../dist/store/index.js");
  const db = await openDatabase({ folders: [folder], tempFolder: join(folder, "temp") });
  try {
    const files = literal(join(dataset, "data", "**", "*.parquet"));
    return (await db.row(sql`select count(*)::double as events from read_parquet(${files}, union_by_name = true)`))
      .events;
  } finally {
    db.close();
  }
}
