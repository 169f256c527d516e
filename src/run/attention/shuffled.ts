// Sequences in which variables come from other stays: what is left of them is only how they are spread. Knows no model.
import type { RandomStream } from "../../core/random.ts";
import type { SequenceSet } from "../../features/index.ts";

/** The variable that an hour's number is made of: `gcs_eye` of `gcs_eye=None`, `hr` of `hr_hours_since`. */
export function variableOf(inputName: string): string {
  return inputName.split("=")[0]!.replace(/_(measured|hours_since)$/, "");
}

/** Sets with the same inputs after one another, so that a model is made ready once for all of them. */
export function joined(sets: readonly SequenceSet[]): SequenceSet {
  const starts = [0];
  for (const { stays } of sets) starts.push(starts.at(-1)! + stays);
  const placeOf = (s: number): [set: SequenceSet, stay: number] => {
    const k = starts.findIndex((start) => start > s) - 1;
    return [sets[k]!, s - starts[k]!];
  };
  return {
    stays: starts.at(-1)!,
    lengths: Int32Array.from(sets.flatMap(({ lengths }) => [...lengths])),
    inputNames: sets[0]!.inputNames,
    samples: sets.reduce((sum, { samples }) => sum + samples, 0),
    scored(s) {
      const [set, stay] = placeOf(s);
      return set.scored(stay);
    },
    fill(s, out, at) {
      const [set, stay] = placeOf(s);
      set.fill(stay, out, at);
    },
  };
}

/**
 * The set with the variables named taken from the stay that a random order puts in a stay's place: its last hours, hour by
 * hour, the first one again where it has fewer.
 */
export function shuffled(set: SequenceSet, variables: readonly string[], random: RandomStream): SequenceSet {
  const width = set.inputNames.length;
  const columns = set.inputNames.flatMap((name, i) => (variables.includes(variableOf(name)) ? [i] : []));
  const order = Int32Array.from({ length: set.stays }, (_, s) => s);
  random.shuffle(order as never);
  return {
    ...set,
    fill(s, out, at) {
      set.fill(s, out, at);
      const from = order[s]!;
      const [own, other] = [set.lengths[s]!, set.lengths[from]!];
      const given = new Float32Array(other * width);
      set.fill(from, given, 0);
      for (let hour = 0; hour < own; hour++) {
        const source = Math.max(0, other - own + hour);
        for (const column of columns) out[at + hour * width + column] = given[source * width + column]!;
      }
    },
  };
}
