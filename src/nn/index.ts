// Layers, losses, optimisers and the training loop over tensor programs.
export * from "./attention.ts";
export * from "./checkpoint.ts";
export * from "./data.ts";
export * from "./initialisers.ts";
export * from "./layers.ts";
export * from "./losses.ts";
export * from "./module.ts";
export { fillNoise } from "./noise.ts";
export * from "./optimisers.ts";
export * from "./predict.ts";
export * from "./recurrent.ts";
export * from "./schedules.ts";
export * from "./train.ts";
export * from "./training-program.ts";
export * from "./weights-file.ts";
