// Trained networks over hourly sequences as models of a run.
export * from "./model.ts";
