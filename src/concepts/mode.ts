// The two ways to run a published system: as its authors ran it, or with its faults mended. Knows nothing of either.

/** `faithful` reproduces the authors' pipeline, faults included; `corrected` mends them and is the default. */
export type Mode = "corrected" | "faithful";
