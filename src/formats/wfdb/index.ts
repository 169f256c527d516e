// WFDB: the files of PhysioNet's recordings. Headers, signals and annotations between bytes and objects.
export * from "./annotation-codes.ts";
export * from "./annotations.ts";
export * from "./header.ts";
export * from "./record.ts";
export * from "./window.ts";
export * from "./write.ts";
