// The TRIPOD+AI checklist (Collins et al., BMJ 2024; 27 items) filled in from what a run knows. Our own words for each
// item; what a program cannot know is left to the authors, and says so.
import type { RunResult } from "../run/result.ts";
import { dataUseName } from "./data-use.ts";
import { formatCount, formatFigure } from "./format.ts";
import { eventWords, shownAttrition } from "./guard.ts";
import { headlineText, heldOut } from "./headline.ts";

/** An item of the checklist. */
export interface TripodItem {
  /** `12c` */
  number: string;
  /** Title, Abstract, Introduction … */
  part: string;
  /** What the item asks for. */
  asks: string;
  /** What the run knows of it; null: to be written by the authors. */
  known: string | null;
  /** Where in the report it stands: the anchor and title of a section. */
  where?: { id: string; title: string };
  /** Whether the authors must add to what is known. */
  more?: boolean;
}

/** What stands where the run knows nothing. */
export const toBeWritten = "To be written by the authors.";

type Known = Omit<TripodItem, "number" | "part" | "asks">;

const open: Known = { known: null };

function known(text: string, where?: [string, string], more = false): Known {
  return { known: text, ...(where ? { where: { id: where[0], title: where[1] } } : {}), ...(more ? { more } : {}) };
}

/** The checklist of a run, every item and sub-item in order. */
export function tripodItems(result: RunResult): TripodItem[] {
  const { task, data, cohort, models, missingness, faults, bootstrap, manifest, leaks, crossSource } = result;
  const names = models.map(({ title }) => title).join(", ") || "none";
  const unseen = heldOut(result);
  const figures = models[0]?.metrics.map(({ title }) => title.toLowerCase()).join(", ") ?? "none";
  const chosen = models.map(({ title, chosen }) => `${title}: ${chosen || "nothing"}`).join("; ");
  const subgroups = models.some(({ subgroups }) => subgroups.length > 0);
  const attrition = shownAttrition(result);
  const mended = models.some(({ recalibrated }) => recalibrated?.length);
  const thresholds = models.flatMap(({ title, threshold }) =>
    threshold ? [`${title} ${formatFigure(threshold.value)}`] : [],
  );
  const coefficients = models.some((model) => model.coefficients?.length);
  const explained = models.some((model) => model.explanation);
  const items: [string, string, string, Known][] = [
    [
      "1",
      "Title",
      "Say that a prediction model is developed or evaluated, for whom and for which outcome",
      known(`${task.title}: ${task.question}`, undefined, true),
    ],
    ["2", "Abstract", "Sum up the study as TRIPOD+AI asks for abstracts", known(headlineText(result), undefined, true)],
    [
      "3a",
      "Introduction",
      "Clinical context, why the prediction is needed, earlier models",
      known(`An existing benchmark is followed: ${task.system}.`, ["published", "Published figures beside ours"], true),
    ],
    [
      "3b",
      "Introduction",
      "For whom and where in the care pathway the model is meant, and who would use it",
      known(`For each ${task.unit}, ${task.predictionTime}. For research; not for care.`, undefined, true),
    ],
    ["3c", "Introduction", "Known differences in health between groups of patients", open],
    [
      "4",
      "Introduction",
      "Aims: development, evaluation or both",
      known("Development of models and their evaluation on held-out patients of the same records.", undefined, true),
    ],
    [
      "5a",
      "Methods",
      "Where the data come from, for development and for evaluation, and why",
      known(`${data.title} ${data.version} (${dataUseName[data.dataUse]}), for both.`, ["data", "Data"], true),
    ],
    [
      "5b",
      "Methods",
      "When the data were collected, and for how long patients were followed",
      known(
        data.dataUse === "synthetic"
          ? "The patients are made up."
          : "Dates in the records are shifted; the data set's own description tells the years.",
        undefined,
        true,
      ),
    ],
    ["6a", "Methods", "Setting: kind, number and place of hospitals", open],
    [
      "6b",
      "Methods",
      "Who was eligible",
      known(
        attrition.steps.length
          ? `Left out: ${attrition.steps.map(({ title }) => title).join("; ")}.`
          : `All ${attrition.unit}.`,
        ["cohort", "Cohort"],
      ),
    ],
    ["6c", "Methods", "Treatments received, where they matter to the prediction", open],
    [
      "7",
      "Methods",
      "How the data were prepared and checked, and whether alike for all groups",
      known(
        `Values outside their limits are dropped and units made one, alike for all patients${leaks ? `; ${formatCount(leaks.features)} features were looked at for leaks, ${leaks.found.length} named` : ""}.`,
        leaks ? ["leaks", "Guards against leaks"] : ["data", "Data"],
        true,
      ),
    ],
    [
      "8a",
      "Methods",
      "The outcome, when and how it is determined, and whether alike for all groups",
      known(
        `${task.label}; predicted ${task.predictionTime}. Read from the records by the same rule for all.`,
        undefined,
        true,
      ),
    ],
    [
      "8b",
      "Methods",
      "If people judged the outcome: who, and how well they agreed",
      known("No person judged the outcome; it is read from the records."),
    ],
    [
      "8c",
      "Methods",
      "What was done so that the outcome was judged without knowing the predictors",
      known("The outcome is computed by a rule that sees no prediction."),
    ],
    [
      "9a",
      "Methods",
      "Which predictors were chosen to begin with, and why",
      known(
        `Those of the benchmark: ${formatCount(missingness.variables.length)} charted variables and what is known on admission.`,
        ["missingness", "Missing data"],
        true,
      ),
    ],
    [
      "9b",
      "Methods",
      "Each predictor: what it is, when and how it is measured",
      known(
        `${missingness.variables
          .slice(0, 6)
          .map(({ title }) => title)
          .join(
            ", ",
          )}${missingness.variables.length > 6 ? " and the others of the figure" : ""}; definitions and units in the concept dictionary.`,
        ["missingness", "Missing data"],
      ),
    ],
    [
      "9c",
      "Methods",
      "If people judged predictors: who, and how well they agreed",
      known("Predictors are charted in routine care; who charted them is not used.", undefined, true),
    ],
    [
      "10",
      "Methods",
      "How the number of patients was arrived at",
      known(
        `All eligible: ${formatCount(cohort.stays)} ${attrition.unit} of ${formatCount(cohort.patients)} patients${eventWords(result, cohort)}.`,
        ["cohort", "Cohort"],
        true,
      ),
    ],
    [
      "11",
      "Methods",
      "What was done about missing values",
      known(
        "A value is carried forward within a stay; before the first it is filled from the training patients, and models of trees are told that it is missing. How often each variable is missing stands in the figure.",
        ["missingness", "Missing data"],
        true,
      ),
    ],
    [
      "12a",
      "Methods",
      "How the data were used: parts for development and evaluation",
      known(cohort.splitRule, ["splits", "Data split"]),
    ],
    [
      "12b",
      "Methods",
      "How predictors entered the model: transformation, scaling, categories",
      known("Scaled and encoded with figures of the training patients only.", undefined, true),
    ],
    [
      "12c",
      "Methods",
      "Kind of model, how it was built, what was tuned, and how it was validated within",
      known(`${names}. Chosen on tuning patients: ${chosen || "nothing"}.`, ["results", "Performance"]),
    ],
    [
      "12d",
      "Methods",
      "Differences between clusters such as hospitals, and how they were handled",
      known(
        crossSource?.length
          ? "Models were also tried on another source."
          : "One source; rows of a patient are kept in one part and drawn together in the bootstrap.",
        crossSource?.length ? ["cross-source", "From one source to another"] : undefined,
      ),
    ],
    [
      "12e",
      "Methods",
      "The measures of performance, and how they are compared",
      known(
        `${figures}; intervals from ${formatCount(bootstrap.resamples)} bootstrap resamples by ${bootstrap.unit}.`,
        ["results", "Performance"],
      ),
    ],
    [
      "12f",
      "Methods",
      "Whether the model was updated after evaluation, such as by recalibration",
      known(
        mended
          ? "Recalibrated by Platt scaling and isotonic regression on tuning patients; shown before and after."
          : "Not updated.",
        mended ? ["recalibration", "Calibration before and after recalibration"] : undefined,
      ),
    ],
    [
      "12g",
      "Methods",
      "For evaluation: how predictions were computed from the model",
      known("From the saved models, by the code named under item 18f.", ["reproduce", "Reproducing this run"]),
    ],
    [
      "13",
      "Methods",
      "What was done about few events (class imbalance), and what that does to the risks",
      known(
        "No row was weighted, dropped or made up unless a model's settings say so; calibration is shown on the rows as they are.",
        undefined,
        true,
      ),
    ],
    [
      "14",
      "Methods",
      "What was done for fairness between groups, and why",
      known(
        subgroups
          ? "Figures are given by sex, age band and ethnicity; nothing was done to even them out."
          : "Figures by group are not given for this outcome.",
        subgroups ? ["subgroups", "Subgroups"] : undefined,
        true,
      ),
    ],
    [
      "15",
      "Methods",
      "What the model puts out, and how any threshold was chosen",
      known(
        thresholds.length
          ? `Probabilities. Thresholds: ${thresholds.join("; ")}, by ${models.find(({ threshold }) => threshold)!.threshold!.rule}.`
          : `${outputOf(task.outcome)}; no threshold.`,
        thresholds.length ? ["threshold", "Performance at the threshold"] : undefined,
      ),
    ],
    [
      "16",
      "Methods",
      "In what development and evaluation data differ",
      known(
        crossSource?.length
          ? "Two sources, named in the table."
          : "They are parts of the same records, divided at random by patient.",
        crossSource?.length ? ["cross-source", "From one source to another"] : ["splits", "Data split"],
      ),
    ],
    ["17", "Methods", "Ethical approval and consent", open],
    ["18a", "Open science", "Funding, and what the funders did", open],
    ["18b", "Open science", "Conflicts of interest", open],
    ["18c", "Open science", "Where the protocol is, or that there is none", open],
    ["18d", "Open science", "Registration, or that there is none", open],
    [
      "18e",
      "Open science",
      "Whether the data can be had, and how",
      known(
        `${data.title} ${data.version}: ${dataUseName[data.dataUse]}; fingerprint ${manifest.dataFingerprint.slice(0, 16)}.`,
        ["data", "Data"],
      ),
    ],
    [
      "18f",
      "Open science",
      "Whether the code can be had, and how",
      known(`Bedside ${manifest.codeVersion}; the command and seed make the same predictions again.`, [
        "reproduce",
        "Reproducing this run",
      ]),
    ],
    ["19", "Patients and public", "What part patients and the public took, or that they took none", open],
    [
      "20a",
      "Results",
      "How patients came through the study, with and without the outcome",
      known(
        `${formatCount(cohort.stays)} of ${formatCount(attrition.start)} ${attrition.unit} studied${eventWords(result, cohort)}.`,
        ["cohort", "Cohort"],
      ),
    ],
    [
      "20b",
      "Results",
      "Characteristics of the patients, and how much is missing",
      known("Table of baseline characteristics and figure of missing values.", [
        "table-one",
        "Baseline characteristics",
      ]),
    ],
    [
      "20c",
      "Results",
      "For evaluation: how the patients compare with those of development",
      known("The parts are of the same records; their sizes stand in the table.", ["splits", "Data split"], true),
    ],
    [
      "21",
      "Results",
      "Numbers of patients and events in each analysis",
      known(
        unseen
          ? `Evaluated on ${formatCount(unseen.patients)} patients (${formatCount(unseen.stays)} ${attrition.unit}${eventWords(result, unseen)}).`
          : "Not known.",
        ["splits", "Data split"],
      ),
    ],
    [
      "22",
      "Results",
      "The model in full, so that others can predict with it",
      known(
        `Model files lie in the run's folder${coefficients ? "; the weightiest coefficients are shown" : ""}${explained ? "; what drives the predictions is shown" : ""}.`,
        coefficients
          ? ["coefficients", "Coefficients"]
          : explained
            ? ["explanation", "What drives the predictions"]
            : undefined,
      ),
    ],
    [
      "23a",
      "Results",
      "Performance with intervals, also in groups of patients",
      known(headlineText(result), subgroups ? ["subgroups", "Subgroups"] : ["results", "Performance"]),
    ],
    [
      "23b",
      "Results",
      "Differences in performance between clusters",
      known(
        crossSource?.length ? "By source." : "One source: not looked at.",
        crossSource?.length ? ["cross-source", "From one source to another"] : undefined,
      ),
    ],
    [
      "24",
      "Results",
      "What updating the model gave",
      known(
        mended ? "Figures before and after recalibration." : "Not updated.",
        mended ? ["recalibration", "Calibration before and after recalibration"] : undefined,
      ),
    ],
    ["25", "Discussion", "What the results mean, fairness included", open],
    [
      "26",
      "Discussion",
      "Limits of the study",
      known(
        [
          ...result.warnings,
          ...result.differences,
          ...faults
            .filter(({ reproduced }) => reproduced)
            .map(({ title }) => `Fault of the original, reproduced: ${title}`),
        ].join(" ") || "None that the run knows of.",
        ["faults", "Faults of the original"],
        true,
      ),
    ],
    [
      "27a",
      "Discussion",
      "What to do at the bedside with missing or poor input",
      known("Missing values are filled as in training; a value outside its limits counts as missing.", undefined, true),
    ],
    ["27b", "Discussion", "Whether users must act on the model, and what skill they need", open],
    ["27c", "Discussion", "What comes next: use elsewhere, further study", open],
  ];
  return items.map(([number, part, asks, entry]) => ({ number, part, asks, ...entry }));
}

function outputOf(outcome = "event"): string {
  if (outcome === "number") return "A number";
  if (outcome === "classes") return "A probability of each class";
  return "A probability of each label";
}

/** What is said of an item, as plain text. */
export function tripodText({ known: text, more }: TripodItem): string {
  if (text === null) return toBeWritten;
  return more ? `${text} ${toBeWritten.replace("To be written", "More to be written")}` : text;
}
