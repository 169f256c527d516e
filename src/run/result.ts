// The result of a run, as written to report.json: everything the report shows, nothing about how it is drawn.
// No patient id, no date, no row: only aggregates.
import type { Attrition, AttritionStep } from "../cohort/index.ts";
import type { TableOneRow } from "../features/index.ts";
import type { PublishedValue } from "../systems/system.ts";
import type { Attention } from "./attention/result.ts";
import type {
  Alarms,
  Conformal,
  Confusion,
  CrossSource,
  LeakReport,
  NumberAgreement,
  PerName,
  Recalibrated,
  SeedTable,
  UnderTriage,
} from "./evidence.ts";
import type { Explanation } from "./explanation.ts";
import type { ScoreTable } from "./score-table.ts";

export type * from "./attention/result.ts";
export type * from "./evidence.ts";
export type * from "./explanation.ts";
export type * from "./score-table.ts";
export type { Attrition, AttritionStep, PublishedValue, TableOneRow };

/** A figure with its bootstrap interval; `low` and `high` are null where the data cannot give one. */
export interface Estimate {
  value: number;
  low: number | null;
  high: number | null;
}

/** A figure of a metric, as printed. */
export interface MetricValue extends Estimate {
  /** `auroc`, `average_precision`, `brier` … */
  id: string;
  title: string;
  higherIsBetter: boolean;
}

/**
 * What a task predicts: an event (0 or 1), a number (in a unit), one of several classes in order, or several labels (each
 * 0 or 1) at once.
 */
export type Outcome = "event" | "number" | "classes" | "labels";

export interface Curve {
  x: number[];
  y: number[];
}

/** One bin of a reliability diagram. */
export interface CalibrationBin {
  predicted: number;
  observed: Estimate;
  /** Null where fewer than 11 rows lie in the bin (small-cell rule). */
  count: number | null;
}

/** A row of the subgroup table. A count that is withheld is the text `withheld`. */
export interface SubgroupRow {
  family: string;
  group: string;
  patients: number | string;
  stays: number | string;
  positives: number | string;
  metrics: (MetricValue | null)[];
}

/** Figures where rows at or above a threshold are called positive. */
export interface ThresholdResult {
  /** The mean over folds. */
  value: number;
  /** How it was chosen, in words. */
  rule: string;
  metrics: MetricValue[];
}

/**
 * How a model did on the patients held out. The curves are of the predictions averaged over training seeds, and empty for
 * outcomes that have none; the optional parts are there where the outcome and the data give them.
 */
export interface ModelResult {
  /** `lr`, `lgbm` … */
  id: string;
  title: string;
  /** What was chosen on tuning patients, as `C = 0.1, l1 ratio = 0.5`. */
  chosen: string;
  /** The figures of the main table; the mean over training seeds where there are several. */
  metrics: MetricValue[];
  /** Figures at the threshold; only of an event. */
  threshold?: ThresholdResult;
  /** Empty unless the outcome is an event. */
  roc: Curve;
  precisionRecall: Curve;
  calibration: CalibrationBin[];
  /** Net benefit of the model, of treating all; treating none is zero. */
  decision: { thresholds: number[]; model: number[]; all: number[] };
  subgroups: SubgroupRow[];
  /** Numbers: observed against predicted. */
  agreement?: NumberAgreement;
  /** Labels: each with its prevalence and figures. */
  perName?: PerName[];
  /** Classes: true against predicted. */
  confusion?: Confusion;
  /** Hourly events: what a bedside alarm at a threshold would do. */
  alarms?: Alarms;
  /** Calibration before and after Platt scaling and isotonic regression, fitted on tuning patients. */
  recalibrated?: Recalibrated[];
  /** Prediction sets or intervals with promised coverage. */
  conformal?: Conformal;
  /** Every figure by training seed. */
  seeds?: SeedTable;
  /** Emergency visits: who was triaged too low, and how many of them the model finds. */
  underTriage?: UnderTriage;
  /** Predictors by size of their standardised coefficient. */
  coefficients?: { name: string; title: string; value: number }[];
  /** Regularisation path: the tuning score of every candidate. */
  path?: { c: number; l1Ratio: number; nonZero: number; score: number; chosen: boolean }[];
  /** What drives the predictions of a model of trees. */
  explanation?: Explanation;
  /** Where the attention of a network goes, and whether that matters. */
  attention?: Attention;
  /** The points of a score that can be counted by hand. */
  scoreTable?: ScoreTable;
  /** Wall time of training, all folds and seeds together. */
  trainSeconds: number;
  /** Wall time of predicting all held-out rows. */
  predictSeconds?: number;
}

/** A fault of the original and what this run did about it. */
export interface Fault {
  id: string;
  title: string;
  /** What the original does. */
  original: string;
  /** What the corrected mode does instead. */
  corrected: string;
  /** Whether this run reproduces the fault (faithful mode) or not. */
  reproduced: boolean;
}

/** What a run used: enough to make it again. */
export interface Manifest {
  schema: 1;
  command: string;
  codeVersion: string;
  dataFingerprint: string;
  seed: number;
  config: Record<string, unknown>;
  environment: { node: string; platform: string; cpus: number; duckdb: string };
  startedAt: string;
  /** Stage → seconds. */
  timings: { stage: string; seconds: number; resumed: boolean }[];
  /** SHA-256 of every file the run made, by path inside the run folder. */
  outputs: Record<string, string>;
}

/** report.json */
export interface RunResult {
  schema: 1;
  task: {
    /** `yaib/mortality24` */
    id: string;
    title: string;
    /** `Yet Another ICU Benchmark (van de Water et al., ICLR 2024)` */
    system: string;
    question: string;
    mode: "corrected" | "faithful";
    unit: string;
    predictionTime: string;
    label: string;
    /** `event` when left out. */
    outcome?: Outcome;
    /** Whether a row is a stay or an hour of one; `stay` when left out. */
    per?: "stay" | "hour";
    /** The unit of a number; empty or absent where it has none. */
    labelUnit?: string;
  };
  data: {
    id: string;
    title: string;
    version: string;
    dataUse: "open" | "credentialed" | "synthetic";
    tables: { table: string; rows: number; declaredRows?: number | undefined }[];
    missing: { table: string; neededFor: string[] }[];
  };
  cohort: {
    attrition: Attrition;
    stays: number;
    patients: number;
    /** Stays with the event (rows with it where `rows` is given); 0 where the outcome is no event. */
    positives: number;
    /** Rows, where there are several a stay. */
    rows?: number;
    /** Patients with the event in any row, where there are several rows a stay. */
    positivePatients?: number;
    /** How patients were split, in one sentence. */
    splitRule: string;
    splits: {
      name: string;
      patients: number;
      stays: number;
      positives: number;
      rows?: number;
      positivePatients?: number;
    }[];
  };
  tableOne: { groups: string[]; rows: TableOneRow[] };
  /** Share of stays with a value, per variable (row) and hour (column). */
  missingness: { variables: { id: string; title: string }[]; hours: number[]; observed: number[][] };
  models: ModelResult[];
  /** Models trained on one source and tried on another. */
  crossSource?: CrossSource[];
  /** Guards against leaks: single features that give the outcome away, patients in two parts. */
  leaks?: LeakReport;
  /**
   * The figure of the true risk, which only the synthetic hospital knows: the best any model can do; and by model id how far
   * it stays behind in AUROC, paired by patient. Where it is not known of all held-out rows, those of the others alone
   * count, and `models` has the models' own figures on them, by id.
   */
  bestPossible?: {
    metrics: MetricValue[];
    regrets?: Record<string, MetricValue>;
    models?: Record<string, MetricValue[]>;
    note: string;
  };
  bootstrap: { resamples: number; level: number; unit: string; skipped: number };
  published: PublishedValue[];
  /** In what our data and method differ from the published ones. */
  differences: string[];
  faults: Fault[];
  /** Things the reader must know, e.g. `8 events only: intervals are wide`. */
  warnings: string[];
  manifest: Manifest;
}
