// The parts of the evidence that only events have, empty for the other outcomes.
import type { ModelResult } from "../result.ts";

/** No curve, no calibration, no decision. */
export function noCurves(): Pick<ModelResult, "roc" | "precisionRecall" | "calibration" | "decision"> {
  return {
    roc: { x: [], y: [] },
    precisionRecall: { x: [], y: [] },
    calibration: [],
    decision: { thresholds: [], model: [], all: [] },
  };
}
