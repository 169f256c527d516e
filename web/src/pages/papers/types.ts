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
  ours: {
    run: string;
    model: string;
    metric: string;
    value: number;
    low: number | null;
    high: number | null;
    data: string;
    mode: string;
  } | null;
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
}
