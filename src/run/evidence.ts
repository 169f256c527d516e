// Parts of a model's evidence in report.json beyond the main figures: what each outcome needs besides. Aggregates only.
import type { Estimate, MetricValue } from "./result.ts";

/** Rows with about the same predicted number, next to each other. */
export interface AgreementBin {
  /** Mean prediction. */
  predicted: number;
  /** Mean of what was observed, with its interval by patient. */
  observed: Estimate;
  /** 10th and 90th percentile of what was observed; null where the bin is small. */
  low: number | null;
  high: number | null;
  /** Null where fewer than 11 rows lie in the bin. */
  count: number | null;
}

/** Observed against predicted numbers. */
export interface NumberAgreement {
  unit: string;
  /** Tenths of the rows by prediction, from low to high. */
  bins: AgreementBin[];
  /** Predicted less observed: mean, and mean plus and minus 1.96 standard deviations (Bland and Altman 1986). */
  bias: Estimate;
  limits: { low: number; high: number };
}

/** One of several labels. A count that is withheld is the text `withheld`. */
export interface PerName {
  name: string;
  title: string;
  rows: number;
  positives: number | string;
  /** Share of positive rows; null where it would tell a withheld count. */
  prevalence: number | null;
  metrics: MetricValue[];
}

/** Classes in order: how many rows of each true class (row) were put into each class (column). */
export interface Confusion {
  names: string[];
  /** Null where the count is of 1 to 10 rows in records that may not tell. */
  counts: (number | null)[][];
}

/** What alarms at one threshold would do. */
export interface AlarmPoint {
  /** How the threshold was chosen, in words; absent on the curve. */
  rule?: string;
  threshold: number;
  /** Share of events with at least one alarm in the hours that count as before (or around) them. */
  recall: Estimate;
  /** Share of events with such an alarm before the onset. */
  inTime: Estimate;
  /** Share of alarms that belong to an event. */
  precision: Estimate;
  /** Alarms that belong to no event, for each day of watched hours. */
  falsePerDay: Estimate;
  /** Hours from the first alarm of a found event to its onset: median and quartiles; null where few events are found. */
  lead: { median: number; low: number; high: number } | null;
}

/** Hourly predictions as alarms: an alarm sounds at or above a threshold, then is silent for some hours. */
export interface Alarms {
  /** Hours of silence after each alarm. */
  silenceHours: number;
  /** Hours before the onset in which an alarm counts as of the event. */
  beforeHours: number;
  /** Runs of hours with the label, of which each is one event. */
  events: number | string;
  /** Days of watched hours. */
  patientDays: number;
  /** At thresholds chosen on tuning patients. */
  points: AlarmPoint[];
  /** From few alarms to many; figures without intervals. */
  curve: { threshold: number; recall: number; precision: number; falsePerDay: number }[];
}

/** Predictions after recalibration on tuning patients; the first of a list is `none`, the predictions as they were. */
export interface Recalibrated {
  id: "none" | "platt" | "isotonic";
  title: string;
  /** Brier score, log loss, slope, intercept, calibration error. */
  metrics: MetricValue[];
  calibration: { predicted: number; observed: Estimate; count: number | null }[];
  decision: { thresholds: number[]; model: number[]; all: number[] };
}

/** Prediction sets (events, classes) or intervals (numbers) that are to hold the truth with a promised frequency. */
export interface Conformal {
  kind: "sets" | "intervals";
  /** 0.9: nine in ten. */
  promised: number;
  rows: ConformalRow[];
}

export interface ConformalRow {
  /** `split`, `by class`, `normalised` */
  id: string;
  title: string;
  /** Share of held-out rows whose truth lies inside. */
  coverage: Estimate;
  /** The same by true class, where there are classes. */
  byClass?: { name: string; coverage: Estimate }[];
  /** Mean number of classes in a set, or mean width in the unit of the label. */
  size: number;
  /** Sets: share that holds exactly one class; that holds none. */
  single?: number;
  empty?: number;
}

/** Every figure by training seed. */
export interface SeedTable {
  seeds: (number | string)[];
  metrics: { id: string; title: string; higherIsBetter: boolean; values: number[]; mean: number; deviation: number }[];
}

/** Emergency visits triaged as not urgent (ESI 4 or 5) that ended badly, and how many a score finds. */
export interface UnderTriage {
  /** The acuities that count as not urgent, in words. */
  acuity: string;
  visits: number | string;
  events: number | string;
  /** Share of these visits with the outcome. */
  share: Estimate | null;
  /** Events among all visits that were triaged as not urgent. */
  ofEvents: Estimate | null;
  rows: {
    rule: string;
    threshold: number;
    /** Share of the events among not urgent visits at or above the threshold. */
    caught: Estimate | null;
    /** Share of all not urgent visits at or above it: what it costs. */
    flagged: Estimate | null;
  }[];
}

/** A model trained on one source and tried on another, or tuned on some stays of it first. */
export interface CrossSource {
  model: string;
  title: string;
  trainedOn: string;
  testedOn: string;
  /** Stays of the tested source on which the model was trained further; 0: none. */
  fineTunedStays: number;
  patients: number;
  rows: number;
  metrics: MetricValue[];
}

/** What the guards against leaks found. */
export interface LeakReport {
  /** A single feature that reaches this AUROC (either way) is named. */
  limit: number;
  /** Features looked at, on training rows. */
  features: number;
  found: { name: string; title: string; auroc: number }[];
  /** Patients in more than one part. */
  subjectOverlap: number;
  /** AUROC of a model trained on shuffled labels; 0.5 is right. */
  shuffled?: Estimate;
}
