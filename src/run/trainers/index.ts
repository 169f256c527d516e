// The model families a run can train, by id.
import { BedsideError, nearestName } from "../../core/errors.ts";
import { gradientBoosting, lightgbm } from "./boosting.ts";
import { randomForest } from "./forest.ts";
import { logistic } from "./logistic.ts";
import { networks } from "./network.ts";
import type { Trainer } from "./trainer.ts";

export type { Trained, Trainer, TrainingData } from "./trainer.ts";

const trainers: readonly Trainer[] = [logistic, lightgbm, gradientBoosting, randomForest, ...networks];

/**
 * The trainers of a task's models, in the order asked for, each once.
 * @param asked ids; the task's own default when left out
 * @throws BedsideError `run/unknown-model` for one that the task does not have.
 */
export function findTrainers(
  task: { id: string; models: readonly string[]; allowed: readonly string[] },
  asked: readonly string[] = task.models,
): Trainer[] {
  return [...new Set(asked)].map((id) => {
    const trainer = trainers.find((candidate) => candidate.id === id);
    if (trainer && task.allowed.includes(id)) return trainer;
    throw unknownModel(task, id, trainer);
  });
}

function unknownModel({ id: task, allowed }: { id: string; allowed: readonly string[] }, id: string, other?: Trainer) {
  const meant = nearestName(id, allowed);
  const known = `the models are: ${allowed.join(", ")}`;
  return new BedsideError(
    {
      code: "run/unknown-model",
      what: other ? `${task} has no model "${id}"` : `There is no model "${id}"`,
      fix: meant ? `did you mean ${meant}? ${known}` : known,
    },
    { exitCode: 2 },
  );
}
