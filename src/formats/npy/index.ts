// NumPy's .npy: one array in a file.
export * from "./npy.ts";
