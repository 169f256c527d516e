// The parts that grow a tree, each standing alone, gathered so that their texts can be sent to other threads.
import { RandomStream } from "../../../core/random.ts";
import { bestSplitter } from "./best-split.ts";
import { drawColumns } from "./draw-columns.ts";
import { treeGrower } from "./grow.ts";
import { classPurity } from "./purity.ts";
import { randomSplitter } from "./random-split.ts";
import { sortByUpperHalf } from "./sort.ts";

/** The parts by name: they reach each other only through this record. */
export const kernel = {
  RandomStream,
  bestSplitter,
  classPurity,
  drawColumns,
  randomSplitter,
  sortByUpperHalf,
  treeGrower,
};

export type Kernel = typeof kernel;
export type { GrownTree, GrowSettings, GrowTable, GrowTask } from "./shapes.ts";
