// What the server says of papers.
import type { RunSummary } from "../runs/types.ts";

export type Status = "runs" | "needs-data" | "planned";

export interface Paper {
  id: string;
  title: string;
  published: string;
  citation: string;
  modalities: string[];
  kind: string;
  summary: string;
  headline: string;
  status: Status;
  missing: string[];
  tasks: string[];
  /** Our best figure in corrected and in faithful mode, where there is a run. */
  ours: {
    run: string;
    model: string;
    metric: string;
    value: number;
    low: number | null;
    high: number | null;
    data: string;
    mode: "corrected" | "faithful";
  }[];
}

/** A data set that a run made. */
export interface MadeData {
  id: string;
  name: string;
  mode: "corrected" | "faithful";
  data: string;
  dataUse: string;
  startedAt: string;
  recordings: number;
  listed: number;
  patients: number | null;
  leftOut: number | null;
  pictures: string | null;
  waveforms: string;
  textSource: "rules" | "model";
  rows: Record<string, number>;
  perSecond: number | null;
  workers: number | null;
  hasSample: boolean;
  command: string;
}

export interface PaperDetail extends Paper {
  about: string[];
  taskList: {
    id: string;
    question: string;
    models: string[];
    published: {
      model: string;
      metric: string;
      value: number;
      plusMinus: number | null;
      data: string;
      source: string;
    }[];
    command: string;
  }[];
  faults: { id: string; title: string; original: string; corrected: string; faithful: boolean }[];
  runs: RunSummary[];
  /** Of a system that makes a data set and predicts nothing. */
  produces: { what: string; command: string; made: MadeData[] } | null;
}
