// Hour by hour: the grid of a cohort, its samples' places, tables and sequences made of it.
export { WINDOWS } from "./columns.ts";
export { fitHourly, type HourlyData, type HourlyRecipe, type HourlyVariable } from "./fit.ts";
export { type HourlyGrid, readHourlyGrid } from "./grid.ts";
export { SLOPE_VALUES } from "./history.ts";
export { type Places, placeSamples, runsOf } from "./samples.ts";
export { type SequenceSet, sequenceNames, sequenceSet } from "./sequence-set.ts";
export { hourlyMeanings, hourlyTable, type TableOptions } from "./table.ts";
