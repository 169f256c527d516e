// Signals as comma-separated text: one column a signal, one row a sample.
export * from "./signal-csv.ts";
