// The 17 variables of the MIMIC-III benchmark, as data: items, categories, normal values, limits. Knows no SQL.
import type { Mode } from "../../concepts/mode.ts";
import { readJsonAsset } from "../../store/assets.ts";

/** What turns a charted number into the variable's unit. */
export type TscanConversion =
  | "fraction"
  | "percent"
  | "celsius"
  | "fahrenheit"
  | "inch"
  | "pound"
  | "ounce"
  | "systolic"
  | "diastolic";

/** A category of a variable that is charted in words. */
export interface TscanCategory {
  /** What stands for it in the hourly grid. */
  code: number;
  title: string;
  /** The number it has on the scale: spellings of one answer share it. */
  level: number;
  /** Texts that mean it, in lower case. */
  texts: readonly string[];
}

/** A charted or laboratory item. */
export interface TscanItem {
  id: number;
  table: "chartevents" | "labevents";
  convert?: TscanConversion | undefined;
}

/** A variable, as one mode has it. */
export interface TscanVariable {
  name: string;
  title: string;
  unit: string;
  /** What stands for a value before the first one; a category's code where it has categories. */
  normal: number;
  /** Outside of the outer two a value is missing, between them and the inner two it is moved to the inner. */
  bounds: readonly [outlierLow: number, validLow: number, validHigh: number, outlierHigh: number];
  /** No living patient has a zero of it (corrected mode). */
  zeroIsMissing: boolean;
  items: readonly TscanItem[];
  /** Empty for numbers. */
  categories: readonly TscanCategory[];
}

type ItemEntry = [id: number, convert?: TscanConversion];
interface VariableEntry {
  name: string;
  title: string;
  unit: string;
  normal: number | Record<Mode, number>;
  bounds: [number, number, number, number];
  zeroIsMissing?: boolean;
  items: ItemEntry[];
  /** Items that hold something else than the variable: left out in corrected mode. */
  dropped?: number[];
  /** Items the original's map lacks: read in corrected mode. */
  added?: ItemEntry[];
  categories?: Record<Mode, TscanCategory[]>;
}

/** Laboratory items of MIMIC have such numbers, charted ones smaller or larger ones. */
const LAB_ITEMS = [50_000, 60_000] as const;

const loaded = new Map<Mode, readonly TscanVariable[]>();

/** The variables in channel order, with the items and categories of a mode. */
export function tscanVariables(mode: Mode): readonly TscanVariable[] {
  const found = loaded.get(mode);
  if (found) return found;
  const made = readJsonAsset<VariableEntry[]>(import.meta.url, "data/variables.json").map((entry) =>
    inMode(entry, mode),
  );
  loaded.set(mode, made);
  return made;
}

function inMode(entry: VariableEntry, mode: Mode): TscanVariable {
  const { name, title, unit, normal, bounds, items, dropped = [], added = [], categories } = entry;
  const corrected = mode === "corrected";
  const used = corrected ? [...items.filter(([id]) => !dropped.includes(id)), ...added] : items;
  return {
    name,
    title,
    unit,
    normal: typeof normal === "number" ? normal : normal[mode],
    bounds,
    zeroIsMissing: corrected && entry.zeroIsMissing === true,
    items: used.map(([id, convert]) => ({
      id,
      table: id >= LAB_ITEMS[0] && id < LAB_ITEMS[1] ? "labevents" : "chartevents",
      convert,
    })),
    categories: categories?.[mode] ?? [],
  };
}

/** Items of CareVue, whose texts begin with the number, have smaller numbers than MetaVision's. */
const FIRST_METAVISION_ITEM = 220_000;

/**
 * The category that a bare number stands for, where the record keeps no text: that of the number itself, or, where the
 * spellings of two systems are told apart, the first of that level as the item's system spells it.
 */
export function categoryOfNumber(
  { categories }: TscanVariable,
  item: number,
  level: number,
  mode: Mode,
): TscanCategory | undefined {
  if (mode === "corrected") return categories.find(({ code }) => code === level);
  const isCareVue = item < FIRST_METAVISION_ITEM;
  const same = categories.filter((category) => category.level === level);
  return same.find(({ texts }) => texts.some((text) => /^\d/.test(text) === isCareVue)) ?? same[0];
}
