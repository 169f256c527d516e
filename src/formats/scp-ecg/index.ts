// SCP-ECG: the rhythm leads of EN 1064 files.
export * from "./scp-ecg.ts";
