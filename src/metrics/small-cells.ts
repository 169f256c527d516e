// Small cells, which tables outside the metrics know too: the rules stand in core.
export * from "../core/small-cells.ts";
