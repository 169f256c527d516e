// Elastic-net linear regression: train, search penalties, predict, describe, save.
export { elasticNetFromJSON } from "./json.ts";
export { type ElasticNetModel, type ElasticNetSettings, predictElasticNet, withTargetTimes } from "./model.ts";
export {
  type ElasticNetOptions,
  type ElasticNetPath,
  type ElasticNetPathOptions,
  type ElasticNetPathRow,
  type ElasticNetProblem,
  elasticNetPath,
  elasticNetProblem,
  solveElasticNet,
  squaredError,
  type TrainElasticNetOptions,
  trainElasticNet,
} from "./train.ts";
