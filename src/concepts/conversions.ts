// The closed list of unit conversions that the dictionary may name. Pure numbers: knows no item and no table.
import { Bug } from "../core/errors.ts";

/** `(value - subtract) * multiply / divide`. */
export interface Conversion {
  from: string;
  to: string;
  subtract: number;
  multiply: number;
  divide: number;
}

/** Every conversion by name. Exact factors: inch and pound by the international agreement of 1959. */
export const conversions = {
  fahrenheit_to_celsius: { from: "°F", to: "°C", subtract: 32, multiply: 5, divide: 9 },
  inches_to_centimetres: { from: "in", to: "cm", subtract: 0, multiply: 2.54, divide: 1 },
  pounds_to_kilograms: { from: "lb", to: "kg", subtract: 0, multiply: 0.45359237, divide: 1 },
  mg_per_dl_to_mg_per_l: { from: "mg/dL", to: "mg/L", subtract: 0, multiply: 10, divide: 1 },
  fraction_to_percent: { from: "fraction", to: "%", subtract: 0, multiply: 100, divide: 1 },
} as const satisfies Record<string, Conversion>;

/** A conversion's name. */
export type ConversionName = keyof typeof conversions;

/** The names, in a fixed order: the place in this list is the number by which SQL knows a conversion. */
export const conversionNames = Object.keys(conversions) as ConversionName[];

/**
 * The value in the other unit.
 * @example convert("fahrenheit_to_celsius", 212) // 100
 */
export function convert(name: ConversionName, value: number): number {
  const { subtract, multiply, divide } = known(name);
  return ((value - subtract) * multiply) / divide;
}

/** The way back: `unconvert(name, convert(name, x))` is x to rounding. */
export function unconvert(name: ConversionName, value: number): number {
  const { subtract, multiply, divide } = known(name);
  return (value * divide) / multiply + subtract;
}

function known(name: ConversionName): Conversion {
  const conversion = conversions[name];
  if (!conversion) throw new Bug(`There is no conversion ${name}`);
  return conversion;
}
