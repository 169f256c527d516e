// Boosting, a forest and extra trees on a made-up table: the same code in Node and in a browser, which brings the modules.

/** Model files (as text), margins and predictions of each kind, and how many threads took part in the forests. */
export async function trainTrees({ core, trees }, threads) {
  const [rows, columns] = [3000, 12];
  const stream = core.randomStream(17, "rows");
  // no logarithms and exponentials: engines differ in their last bits
  const data = Float64Array.from({ length: rows * columns }, () =>
    stream.chance(0.1) ? Number.NaN : stream.uniform(),
  );
  const y = Float64Array.from({ length: rows }, (_, i) => {
    const [a, b, c] = [0, 1, 2].map((j) => data[i * columns + j]).map((value) => (Number.isNaN(value) ? 0.5 : value));
    return stream.chance(0.1 + 0.4 * a + 0.4 * b * c) ? 1 : 0;
  });
  const x = { rows, columns, data };
  const results = {};
  const boosting = await trees.trainBoosting({ x, y }, { rounds: 40, rowFraction: 0.7, seed: 3, threads });
  results.boosting = { ensemble: boosting.ensemble };
  for (const kind of ["random-forest", "extra-trees"]) {
    results[kind] = await trees.trainForest({ x, y }, { kind, trees: 12, seed: 3, threads });
  }
  const said = {};
  for (const [kind, { ensemble, threads: used }] of Object.entries(results)) {
    const predictions = await trees.predictOnThreads(ensemble, x, { threads });
    said[kind] = {
      model: JSON.stringify(trees.treesToJSON(ensemble)),
      margins: [...trees.predictMargin(ensemble, x)],
      predictions: [...predictions],
      threads: used,
    };
  }
  return said;
}
