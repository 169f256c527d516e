// What the server says of runs and jobs.

export interface Figure {
  id: string;
  title: string;
  higherIsBetter: boolean;
  value: number;
  low: number | null;
  high: number | null;
}

export interface RunSummary {
  id: string;
  name: string;
  task: string;
  title: string;
  mode: "corrected" | "faithful";
  data: string;
  dataUse: string;
  startedAt: string;
  stays: number;
  patients: number;
  models: { id: string; title: string; headline: Figure | null }[];
  warnings: string[];
}

export interface SubgroupRow {
  family: string;
  group: string;
  patients: number | string;
  metrics: (Figure | null)[];
}

export interface RunDetail extends RunSummary {
  result: {
    task: { question: string; label: string; predictionTime: string; outcome?: string };
    cohort: { attrition: { unit: string } };
    models: {
      id: string;
      title: string;
      chosen: string;
      metrics: Figure[];
      threshold?: { value: number; rule: string };
      subgroups: SubgroupRow[];
      trainSeconds: number;
    }[];
    manifest: { command: string; codeVersion: string; seed: number };
  };
}

export type JobState = "waiting" | "running" | "stopping" | "stopped" | "interrupted" | "failed" | "done";

export interface Job {
  id: string;
  kind: string;
  title: string;
  command: string;
  folder: string | null;
  state: JobState;
  createdAt: string;
  reason: string | null;
  progress: { stage: string; done: number; total: number | null; note: string } | null;
}

export interface Task {
  id: string;
  title: string;
  system: string | null;
  models: string[];
  isWritten: boolean;
}
