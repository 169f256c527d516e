// What the cart itself measured, as machine_measurements has it. Knows no query.

/** Its marks, ms from the record's start (RR: a duration), and axes in degrees. */
export const MACHINE_MEASUREMENTS = [
  "rr_interval",
  "p_onset",
  "p_end",
  "qrs_onset",
  "qrs_end",
  "t_end",
  "p_axis",
  "qrs_axis",
  "t_axis",
] as const;

/** How the cart writes what it could not measure. */
export const NOT_MEASURED = 29_999;
