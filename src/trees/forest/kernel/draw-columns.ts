// Draws the columns a split may use. Stands alone: its text is sent to other threads.
import type { NodeView } from "./shapes.ts";

/**
 * Draws columns without replacement until `maxFeatures` were drawn and at least one of them was not constant, as
 * scikit-learn does. Constant columns count as drawn. A column constant in a node is constant in its children, so that
 * these need not look at it: the list keeps such columns in front. That order is right only for trees grown depth
 * first; others say that they know of none.
 */
export function drawColumns(columns: number, maxFeatures: number) {
  const order = new Int32Array(columns);
  /** The constant columns in the order in which the ancestors of the present node found them. */
  const constants = new Int32Array(columns);

  return (node: NodeView, tryColumn: (column: number) => boolean, tellConstants: (constants: number) => void): void => {
    const { draws, knownConstants: known } = node;
    if (node.isRoot) for (let j = 0; j < columns; j++) order[j] = j;
    // order: [drawn constants | known constants | constants found here | not drawn | drawn, not constant]
    let drawnKnown = 0;
    let found = 0;
    let undrawnEnd = columns;
    for (let drawn = 0; undrawnEnd > known + found; ) {
      if (drawn >= maxFeatures && drawn > found + drawnKnown) break;
      drawn++;
      let at = drawnKnown + draws.below(undrawnEnd - found - drawnKnown);
      let swapWith: number;
      if (at < known) {
        swapWith = drawnKnown++;
      } else {
        at += found;
        if (tryColumn(order[at]!)) swapWith = known + found++;
        else swapWith = --undrawnEnd;
      }
      const held = order[at]!;
      order[at] = order[swapWith]!;
      order[swapWith] = held;
    }
    for (let k = 0; k < known; k++) order[k] = constants[k]!;
    for (let k = known; k < known + found; k++) constants[k] = order[k]!;
    tellConstants(known + found);
  };
}
