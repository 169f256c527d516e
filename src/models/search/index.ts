// Hyper-parameter search for every family of models.
export { type HalvingRound, halvingRounds } from "./halving.ts";
export { type SearchOptions, type SearchResult, search, type Trial, type TrialContext } from "./search.ts";
export type {
  ChoiceParameter,
  FloatParameter,
  IntParameter,
  Parameter,
  Setting,
  Settings,
  SettingsOf,
  Space,
} from "./space.ts";
