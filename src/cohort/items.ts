// Which items of which tables hold a task's variables in a mode, and what is done to their values. Knows no database.
import type { Concept, ConceptSource, Dictionary, ItemGroup, Mode, SourceTable } from "../concepts/index.ts";
import { conversions } from "../concepts/index.ts";

/** One item, ready to be joined to its table's rows. */
export interface Item {
  id: number;
  /** The variable's number: its place in the plan's list. */
  variable: number;
  /** Limits of the variable; values outside are dropped. */
  min: number;
  max: number;
  /** `(value - subtract) * multiply / divide` where `converts`, the unit's text fits and the value lies in the range. */
  converts: boolean;
  /** A LIKE pattern of the unit's text in small letters; null: whatever the text. */
  unitLike: string | null;
  from: number;
  to: number;
  subtract: number;
  multiply: number;
  divide: number;
  /** The other known units, as bits by their place in the dictionary: values whose text names one of them are dropped. */
  foreignUnits: bigint;
}

/** The items of one table. */
export interface ItemTable {
  table: string;
  columns: SourceTable & { time: string; value: string };
  items: Item[];
}

/** The items of `variables` by table, in the order of the dictionary's tables. */
export function itemTables(
  variables: readonly Concept[],
  { id, source, mode, units }: { id: string; source: ConceptSource; mode: Mode; units: Dictionary["units"] },
): ItemTable[] {
  const tables = new Map<string, Item[]>();
  variables.forEach((concept, variable) => {
    for (const group of concept.items?.[id] ?? []) {
      if (!isUsed(group, mode)) continue;
      const items = tables.get(group.table) ?? [];
      tables.set(group.table, items);
      for (const item of group.ids) items.push(itemOf(item, variable, concept, group, { mode, units }));
    }
  });
  return Object.entries(source.tables).flatMap(([table, columns]) => {
    const items = tables.get(table);
    const { time, value } = columns;
    return items && time && value ? [{ table, columns: { ...columns, time, value }, items }] : [];
  });
}

/** Corrections leave items out and bring others in. */
function isUsed(group: ItemGroup, mode: Mode): boolean {
  return mode === "corrected" ? group.dropped === undefined : group.added === undefined;
}

function itemOf(
  id: number,
  variable: number,
  concept: Concept,
  group: ItemGroup,
  { mode, units }: { mode: Mode; units: Dictionary["units"] },
): Item {
  const byItem = mode === "corrected" && (group.always !== undefined || group.added !== undefined);
  const conversion = group.convert ? conversions[group.convert] : undefined;
  const converts = conversion !== undefined && (byItem || group.when !== undefined || group.always === undefined);
  const like = byItem ? null : likeOf(group.when);
  const own = new Set([...concept.units, ...(conversion ? [conversion.from] : [])]);
  const checks = mode === "corrected" && concept.units.length > 0;
  return {
    id,
    variable,
    min: concept.min ?? Number.NEGATIVE_INFINITY,
    max: concept.max ?? Number.POSITIVE_INFINITY,
    converts,
    unitLike: like,
    from: group.range?.[0] ?? Number.NEGATIVE_INFINITY,
    to: group.range?.[1] ?? Number.POSITIVE_INFINITY,
    subtract: conversion?.subtract ?? 0,
    multiply: conversion?.multiply ?? 1,
    divide: conversion?.divide ?? 1,
    foreignUnits: checks ? bitsOf(Object.keys(units).map((unit) => !own.has(unit))) : 0n,
  };
}

function likeOf(when: ItemGroup["when"]): string | null {
  if (!when) return null;
  const escaped = (text: string) => text.replace(/[\\%_]/g, "\\$&");
  return "contains" in when ? `%${escaped(when.contains)}%` : `${escaped(when.startsWith)}%`;
}

function bitsOf(flags: readonly boolean[]): bigint {
  return flags.reduce((bits, flag, place) => (flag ? bits | (1n << BigInt(place)) : bits), 0n);
}
