// The space of settings that a search goes through: what a parameter is, and one random draw of each. Knows no model.
import { BedsideError } from "../../core/errors.ts";
import type { RandomStream } from "../../core/random.ts";

/** A number in [low, high]; `log`: even on the logarithmic scale, for parameters whose size is unknown. */
export interface FloatParameter {
  type: "float";
  low: number;
  high: number;
  log?: boolean;
}

/** A whole number from low to high, both included. */
export interface IntParameter {
  type: "int";
  low: number;
  high: number;
  log?: boolean;
}

/** One of several values without an order. */
export interface ChoiceParameter<V extends Setting = Setting> {
  type: "choice";
  values: readonly V[];
}

/** A value a parameter can take. */
export type Setting = number | string | boolean | null;
export type Parameter = FloatParameter | IntParameter | ChoiceParameter;
/** Parameters by name. */
export type Space = Readonly<Record<string, Parameter>>;
/** One value for each parameter of a space. */
export type SettingsOf<S extends Space> = {
  [Name in keyof S]: S[Name] extends ChoiceParameter<infer V> ? V : number;
};
/** One value for each parameter. */
export type Settings = Readonly<Record<string, Setting>>;

/** Throws `search/bad-space` unless there is something to choose and every range holds a number. */
export function checkSpace(space: Space): void {
  if (Object.keys(space).length === 0) throw badSpace("space", "it has no parameter", "Name at least one parameter");
  for (const [name, parameter] of Object.entries(space)) {
    if (parameter.type === "choice") {
      const { values } = parameter;
      if (values.length === 0 || new Set(values).size < values.length) {
        throw badSpace(name, "its values are missing or occur twice", "Give each value once");
      }
      continue;
    }
    const { type, low, high, log = false } = parameter;
    if (!Number.isFinite(low) || !Number.isFinite(high) || !(low < high)) {
      throw badSpace(name, `it goes from ${low} to ${high}`, "Give finite bounds, the lower one first");
    }
    if (type === "int" && !(Number.isSafeInteger(low) && Number.isSafeInteger(high))) {
      throw badSpace(name, `it goes from ${low} to ${high}`, "Give whole numbers as bounds, or make it a float");
    }
    if (log && !(low > 0))
      throw badSpace(name, `its logarithmic range begins at ${low}`, "Begin above 0, or leave out log");
  }
}

/** The range of a number on the scale that is searched evenly; whole numbers reach half a step beyond their bounds. */
export function scaledRange({ type, low, high, log }: FloatParameter | IntParameter): { low: number; high: number } {
  const margin = type === "int" ? 0.5 : 0;
  const scale = (value: number) => (log ? Math.log(value) : value);
  return { low: scale(low - margin), high: scale(high + margin) };
}

/** A number on the searched scale. */
export function toScale(parameter: FloatParameter | IntParameter, value: number): number {
  return parameter.log ? Math.log(value) : value;
}

/** The parameter's value at a point of the searched scale, within its bounds. */
export function fromScale({ type, low, high, log }: FloatParameter | IntParameter, scaled: number): number {
  const value = log ? Math.exp(scaled) : scaled;
  return Math.min(high, Math.max(low, type === "int" ? Math.round(value) : value));
}

/** One draw, even over the values or the searched scale. */
export function drawParameter(parameter: Parameter, stream: RandomStream): Setting {
  if (parameter.type === "choice") return parameter.values[stream.below(parameter.values.length)]!;
  const { low, high } = scaledRange(parameter);
  return fromScale(parameter, low + (high - low) * stream.uniform());
}

function badSpace(name: string, why: string, fix: string): BedsideError {
  return new BedsideError({
    code: "search/bad-space",
    what: `The parameter ${name} cannot be searched`,
    where: name,
    why,
    fix,
  });
}
