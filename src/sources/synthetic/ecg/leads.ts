// From the heart vector to the twelve leads, and from electrodes to leads. Knows no wave.

/** The leads in MIMIC-IV-ECG's order: aVF stands before aVL. */
export const ECG_LEADS = ["I", "II", "III", "aVR", "aVF", "aVL", "V1", "V2", "V3", "V4", "V5", "V6"] as const;
export type EcgLead = (typeof ECG_LEADS)[number];
export const LEAD_COUNT = ECG_LEADS.length;

/**
 * The heart vector's X (to the left), Y (down) and Z (to the back) as seen by I, II and V1 to V6.
 * Source: Dower, Machado, Osborne: On deriving the electrocardiogram from vectorcardiographic leads, Clin Cardiol 1980;3:87.
 */
const DOWER: Readonly<Record<string, readonly [x: number, y: number, z: number]>> = {
  I: [0.632, -0.235, 0.059],
  II: [0.235, 1.066, -0.132],
  V1: [-0.515, 0.157, -0.917],
  V2: [0.044, 0.164, -1.387],
  V3: [0.882, 0.098, -1.277],
  V4: [1.213, 0.127, -0.601],
  V5: [1.125, 0.127, -0.086],
  V6: [0.831, 0.076, 0.23],
};

/** Parts of I and II in the limb leads (Einthoven, Goldberger). */
const LIMB: Readonly<Record<string, readonly [one: number, two: number]>> = {
  I: [1, 0],
  II: [0, 1],
  III: [-1, 1],
  aVR: [-0.5, -0.5],
  aVF: [-0.5, 1],
  aVL: [1, -0.5],
};

/** Lead by lead, the three weights of the heart vector: 12 × 3. */
export const PROJECTION: Float64Array = Float64Array.from(ECG_LEADS.flatMap((lead) => weightsOf(lead)));

function weightsOf(lead: EcgLead): number[] {
  const limb = LIMB[lead];
  if (!limb) return [...DOWER[lead]!];
  return [0, 1, 2].map((axis) => limb[0] * DOWER["I"]![axis]! + limb[1] * DOWER["II"]![axis]!);
}

/** Electrodes, in the order of `ELECTRODE_WEIGHTS`' columns: right arm, left arm, left leg, chest 1 to 6. */
export const ELECTRODE_COUNT = 9;

/** Lead by lead, the weights of the electrodes' potentials: 12 × 9. What an electrode picks up keeps Einthoven's law. */
export const ELECTRODE_WEIGHTS: Float64Array = Float64Array.from(
  ECG_LEADS.flatMap((lead) => {
    const limb = LIMB[lead];
    const weights = new Array<number>(ELECTRODE_COUNT).fill(0);
    if (limb) {
      const [one, two] = limb;
      weights[0] = -one - two;
      weights[1] = one;
      weights[2] = two;
    } else {
      // against Wilson's terminal, the mean of the limbs
      weights.fill(-1 / 3, 0, 3);
      weights[2 + Number(lead.slice(1))] = 1;
    }
    return weights;
  }),
);
