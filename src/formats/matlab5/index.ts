// MATLAB's .mat files of level 4 and 5: numeric matrices, as the challenge recordings hold them.
export * from "./matlab5.ts";
