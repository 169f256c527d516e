// What a beat looks like: the heart vector of P, QRS, ST and T as Gaussian waves, for each way of conduction. Draws nothing.

/** A wave of the heart vector: an asymmetric Gaussian around `at`, in milliseconds from the middle of the QRS complex. */
export interface Wave {
  at: number;
  /** Deviations before and after the middle, ms. */
  rise: number;
  fall: number;
  /** mV to the left, down, to the back. */
  vector: readonly [number, number, number];
}

/** How the ventricles are excited and repolarise. */
export interface BeatShape {
  qrs: readonly Wave[];
  /** Vector of the T wave at its height, mV; its times follow from QT. */
  t: readonly [number, number, number];
  /** Vector of the ST segment, mV; none where left out. */
  st?: readonly [number, number, number];
}

const even = (at: number, width: number, vector: Wave["vector"]): Wave => ({ at, rise: width, fall: width, vector });

const SEPTUM = even(-21, 8.5, [-0.1, -0.05, -0.24]);
const WALL = even(0, 10.5, [1.0, 0.72, 0.16]);
const BASE = even(22, 9.5, [0.04, -0.1, 0.56]);
const NORMAL_T: BeatShape["t"] = [0.26, 0.2, -0.16];
const LEFT_BUNDLE = [even(-36, 16, [0.55, 0.25, 0.3]), even(2, 20, [0.95, 0.3, 0.85]), even(42, 16, [0.8, 0.1, 0.5])];

/**
 * Conduction and the ventricles' state. Vectors are ours, chosen so that the twelve leads show what the textbooks do: QRS
 * of 80 to 100 ms normally, 140 to 160 ms in bundle branch block with an R' in V1 (right) or broad notched R waves in I
 * and V6 (left), T waves opposite to the blocked QRS, ST vectors that point at the injured wall.
 */
export const BEAT_SHAPES = {
  normal: { qrs: [SEPTUM, WALL, BASE], t: NORMAL_T },
  lbbb: { qrs: LEFT_BUNDLE, t: [-0.28, -0.02, -0.34], st: [-0.07, 0, -0.09] },
  rbbb: { qrs: [SEPTUM, WALL, BASE, even(62, 19, [-0.5, -0.02, -0.52])], t: [0.24, 0.18, 0.12] },
  "left-anterior-block": {
    qrs: [even(-19, 9, [-0.08, 0.32, -0.2]), even(4, 12, [1.0, -0.72, 0.16]), even(27, 10, [0.02, -0.3, 0.5])],
    t: NORMAL_T,
  },
  "left-hypertrophy": {
    qrs: [SEPTUM, even(1, 11, [1.9, 0.7, 0.6]), even(22, 10, [0.2, -0.1, 1.15])],
    t: [-0.26, -0.06, -0.2],
    st: [-0.11, -0.03, -0.07],
  },
  "anterior-injury": {
    qrs: [even(-19, 8, [-0.05, -0.02, 0.12]), WALL, BASE],
    t: [0.3, 0.1, -0.5],
    st: [0.08, 0, -0.27],
  },
  "inferior-injury": { qrs: [SEPTUM, WALL, BASE], t: [0.08, 0.44, -0.1], st: [-0.12, 0.27, 0.06] },
  "lateral-injury": { qrs: [SEPTUM, WALL, BASE], t: [0.46, 0.04, -0.06], st: [0.25, -0.12, 0.05] },
  "st-depression": { qrs: [SEPTUM, WALL, BASE], t: [0.06, 0.06, -0.12], st: [-0.15, -0.11, 0.09] },
  "t-inversion": { qrs: [SEPTUM, WALL, BASE], t: [-0.26, -0.14, 0.18] },
  "old-inferior-infarction": { qrs: [even(-20, 11, [0.08, -0.5, -0.16]), WALL, BASE], t: [0.22, -0.14, -0.12] },
  "low-voltage": {
    qrs: [even(-19, 8, [-0.04, -0.02, -0.1]), even(0, 10, [0.38, 0.28, 0.06]), even(19, 9, [0.02, -0.04, 0.22])],
    t: [0.1, 0.09, -0.06],
  },
  "ventricular-right": {
    // from the right ventricle: as left bundle branch block, the axis down
    qrs: [even(-44, 20, [0.35, 0.55, 0.35]), even(0, 24, [0.75, 0.95, 1.0]), even(48, 20, [0.45, 0.4, 0.5])],
    t: [-0.3, -0.36, -0.4],
    st: [-0.08, -0.1, -0.1],
  },
  "ventricular-left": {
    // from the left ventricle: as right bundle branch block, the axis up
    qrs: [even(-42, 20, [-0.3, -0.4, -0.55]), even(0, 24, [-0.75, -0.85, -0.8]), even(46, 19, [-0.4, -0.5, -0.2])],
    t: [0.34, 0.34, 0.32],
    st: [0.08, 0.1, 0.08],
  },
  "ventricular-paced": {
    // from the apex of the right ventricle: as left bundle branch block, the axis up
    qrs: [even(-40, 17, [0.3, -0.5, 0.2]), even(2, 22, [0.65, -0.95, 0.75]), even(44, 17, [0.5, -0.45, 0.5])],
    t: [-0.24, 0.4, -0.3],
    st: [-0.06, 0.1, -0.08],
  },
} as const satisfies Record<string, BeatShape>;

export type BeatShapeId = keyof typeof BEAT_SHAPES;

/** Shapes that a whole record may have; the others are of single beats. */
export const CONDUCTIONS = [
  "normal",
  "lbbb",
  "rbbb",
  "left-anterior-block",
  "left-hypertrophy",
  "anterior-injury",
  "inferior-injury",
  "lateral-injury",
  "st-depression",
  "t-inversion",
  "old-inferior-infarction",
  "low-voltage",
] as const satisfies readonly BeatShapeId[];
export type EcgConduction = (typeof CONDUCTIONS)[number];

/** The P wave around its middle: right atrium, then left. */
export const P_WAVES = {
  sinus: [even(-16, 17, [0.03, 0.09, -0.05]), even(17, 18, [0.08, 0.06, 0.045])],
  /** From the junction, upwards. */
  retrograde: [even(0, 17, [0.02, -0.11, 0.0])],
  ectopic: [even(-13, 16, [0.06, -0.02, -0.05]), even(16, 17, [0.04, 0.09, 0.03])],
} as const satisfies Record<string, readonly Wave[]>;
export type PWaveId = keyof typeof P_WAVES;
