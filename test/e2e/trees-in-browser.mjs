// Loaded by a page: trains the trees there.
import * as core from "/dist/core/index.js";
import * as trees from "/dist/trees/index.js";
import { trainTrees } from "/fixture/trees-training.mjs";

export async function run(threads) {
  return {
    isolated: globalThis.crossOriginIsolated,
    shares: typeof SharedArrayBuffer !== "undefined",
    said: await trainTrees({ core, trees }, threads),
  };
}
