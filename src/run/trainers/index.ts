// The model families a run can train, by id.
import { BedsideError, Bug, nearestName } from "../../core/errors.ts";
import { autoScore } from "./autoscore.ts";
import { gradientBoosting, lightgbm, lightgbmRecency } from "./boosting.ts";
import { edNetworks } from "./ed-networks.ts";
import { boostingWithText } from "./ed-text.ts";
import { elasticNet } from "./elastic-net.ts";
import { randomForest } from "./forest.ts";
import { logistic } from "./logistic.ts";
import { networks } from "./network.ts";
import { overSeveral } from "./several.ts";
import type { Trainer, TrainerTask } from "./trainer.ts";
import { onTscanTasks, tscan } from "./tscan.ts";

export type { SearchEffort, Target, Trained, Trainer, TrainerTask, TrainingData, TrainingRows } from "./trainer.ts";
export { predictInput, viewOf } from "./trainer.ts";

const trainers: readonly Trainer[] = [
  onTscanTasks(overSeveral(logistic)),
  elasticNet,
  onTscanTasks(overSeveral(lightgbm)),
  lightgbmRecency,
  gradientBoosting,
  randomForest,
  ...networks.map(onTscanTasks),
  tscan,
  ...edNetworks,
  autoScore,
  boostingWithText,
];

/**
 * The trainers of a task's models, in the order asked for, each once.
 * @param asked ids, or `all`; the task's own default when left out
 * @param kind what is predicted, where it is known already: a model that cannot is refused
 * @throws BedsideError `run/unknown-model` for one that the task does not have.
 */
export function findTrainers(
  task: { id: string; models: readonly string[]; allowed: readonly string[] },
  asked: readonly string[] = task.models,
  kind?: TrainerTask,
): Trainer[] {
  const ids = asked.flatMap((id) => (id === "all" ? task.allowed : [id]));
  return [...new Set(ids)].map((id) => {
    const trainer = trainers.find((candidate) => candidate.id === id);
    if (!trainer || !task.allowed.includes(id)) throw unknownModel(task, id, trainer);
    if (kind && !trainer.outcomes.includes(kind.outcome))
      throw new Bug(`${id} cannot predict the outcome of ${task.id}`);
    return trainer;
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
