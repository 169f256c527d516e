// A small GRU trained on made-up stays: the same code in Node and in a browser, which brings the modules and the runtime.

/** Losses of every step. */
export async function trainGru({ core, nn }, runtime, { steps = 30 } = {}) {
  const [count, hours, variables] = [96, 12, 6];
  const stream = core.randomStream(11, "stays");
  const x = Float32Array.from({ length: count * hours * variables }, () => stream.normal());
  // whether the first variable rises over the stay
  const y = Float32Array.from({ length: count }, (_, i) => {
    let rise = 0;
    for (let t = 0; t < hours; t++) rise += (t - (hours - 1) / 2) * x[(i * hours + t) * variables];
    return Number(rise > 0);
  });
  const rnn = nn.gru(variables, 16);
  const head = nn.linear(16, 1);
  const model = nn.module({ rnn, head }, (values) => head(nn.dropped(rnn(values).last, 0.1)));
  const losses = [];
  await nn.train(model, {
    runtime,
    rows: { x: { shape: [hours, variables], data: x }, y: { shape: [1], data: y } },
    loss: (batch) => nn.bceWithLogits(model(batch.x), batch.y),
    seed: 5,
    epochs: Math.ceil(steps / 3),
    batchSize: 32,
    optimiser: nn.adam({ learningRate: 0.01 }),
    clipNorm: 1,
    onStep: (_step, _total, loss) => losses.push(loss),
  });
  return losses;
}
