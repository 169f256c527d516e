// The network of a sequence model: a family, its settings, an output at every hour. Knows no weights.
import { BedsideError } from "../../core/errors.ts";
import { gruNetwork } from "../gru/index.ts";
import { lstmNetwork } from "../lstm/index.ts";
import { mambaNetwork } from "../mamba/index.ts";
import type { SequenceNetwork } from "../network.ts";
import { tcnNetwork } from "../tcn/index.ts";
import { transformerNetwork } from "../transformer/index.ts";
import { logitsOf, type SequenceTarget } from "./target.ts";

/** The families a run can train on sequences, by the word in a model file. */
export const sequenceFamilies = {
  gru: gruNetwork,
  lstm: lstmNetwork,
  tcn: tcnNetwork,
  transformer: transformerNetwork,
  mamba: mambaNetwork,
} as const satisfies Record<string, (settings: never) => SequenceNetwork>;
export type SequenceFamily = keyof typeof sequenceFamilies;

/** What a sequence model is, apart from its weights. */
export interface SequenceShape {
  family: SequenceFamily;
  /** The family's own settings; inputs, outputs and `perStep` follow from what stands beside. */
  settings: Readonly<Record<string, unknown>>;
  /** Names of the numbers of an hour. */
  inputNames: readonly string[];
  target: SequenceTarget;
}

/**
 * The network of a shape: x [batch, hours, inputs] → logits [batch, hours, outputs]. An hour's logits see that hour and
 * those before, so that padding after the end needs no mask.
 * @throws BedsideError `models/looks-ahead` for settings with which an hour would see later ones.
 */
export function networkOf({ family, settings, inputNames, target }: SequenceShape): SequenceNetwork {
  const ahead = settings["bidirectional"] === true ? "bidirectional" : settings["causal"] === false ? "causal" : "";
  if (ahead) {
    throw new BedsideError({
      code: "models/looks-ahead",
      what: `A ${family} with ${ahead}: ${settings[ahead]} sees later hours`,
      where: ahead,
      why: "it predicts at every hour, from what is known then",
      fix: "leave the setting out",
    });
  }
  const own = { ...settings, inputs: inputNames.length, outputs: logitsOf(target), perStep: true };
  return (sequenceFamilies[family] as (settings: unknown) => SequenceNetwork)(own);
}
