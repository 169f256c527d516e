// Networks over the hours of stays: trained on ragged sequences, a prediction at every hour asked for.
export { SEQUENCE_SCHEMA_VERSION, sequenceModelFromJSON } from "./json.ts";
export { type SequenceModel, type SequenceTraining, sequenceModel } from "./model.ts";
export { networkOf, type SequenceFamily, type SequenceShape, sequenceFamilies } from "./network.ts";
export { sampleStarts, setOfMatrix } from "./set.ts";
export { startingWeights } from "./start.ts";
export { logitsOf, type SequenceOutcome, type SequenceTarget } from "./target.ts";
export {
  type LabelledSequences,
  type SequenceTrainingOptions,
  type TrainedSequence,
  trainSequenceModel,
} from "./train.ts";
