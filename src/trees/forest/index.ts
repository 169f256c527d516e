// Random forests and extremely randomised trees.
export type { ForestInput } from "./input.ts";
export type { ForestClassWeight, ForestOptions } from "./options.ts";
export type { OutOfBag } from "./out-of-bag.ts";
export { type TrainedForest, trainForest } from "./train.ts";
