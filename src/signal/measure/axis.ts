// The heart's electrical axis in the frontal plane.

/**
 * Degrees, −180 to 180, from what leads I and aVF show (amplitudes or areas, in one unit): 0 points to the left arm, 90 to the
 * feet. aVF is 2/√3 shorter than a lead of Einthoven's triangle (its augmented lead is ½(II + III)), so it is stretched.
 */
export function frontalAxis(leadI: number, aVF: number): number {
  return (Math.atan2((2 / Math.sqrt(3)) * aVF, leadI) * 180) / Math.PI;
}

/** aVF from the limb leads that there are: aVF, or II − I/2, or III + I/2, or (II + III)/2. */
export function leadAvf(value: (lead: string) => number | undefined): number | undefined {
  const [one, two, three] = [value("I"), value("II"), value("III")];
  const given = value("AVF");
  if (given !== undefined) return given;
  if (two !== undefined && one !== undefined) return two - one / 2;
  if (three !== undefined && one !== undefined) return three + one / 2;
  return two !== undefined && three !== undefined ? (two + three) / 2 : undefined;
}

/** I from the limb leads that there are: I, or II − III, or 2 (II − aVF). */
export function leadOne(value: (lead: string) => number | undefined): number | undefined {
  const [two, three, foot] = [value("II"), value("III"), value("AVF")];
  const given = value("I");
  if (given !== undefined) return given;
  if (two !== undefined && three !== undefined) return two - three;
  return two !== undefined && foot !== undefined ? 2 * (two - foot) : undefined;
}
