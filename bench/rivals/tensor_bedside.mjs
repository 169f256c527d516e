// One row of bench/tensor.mjs by Bedside: node tensor_bedside.mjs JOB; prints {milliseconds, parameters, compileMs} as JSON.

import { randomStream } from "../../dist/core/random.js";
import * as models from "../../dist/models/index.js";
import {
  adam,
  bceWithLogits,
  countParameters,
  fieldInput,
  fillNoise,
  inferenceProgram,
  initialWeights,
  trainingProgram,
  weightInput,
} from "../../dist/nn/index.js";
import { nodeRuntime } from "../../dist/tensor/node.js";

const { model: family, settings, mode, batch, shape, threads } = JSON.parse(process.argv[2]);
/** Milliseconds to go on for, and the fewest and most steps. */
const [LONG, FEWEST, MOST, WARM] = mode === "one" ? [3000, 200, 2000, 50] : [4000, 5, 200, 3];

const make = {
  gru: models.gruNetwork,
  lstm: models.lstmNetwork,
  tcn: models.tcnNetwork,
  transformer: models.transformerNetwork,
  mamba: models.mambaNetwork,
  xresnet1d: (given) => models.xresnet1d({ outputs: 1, ...given }),
  vit: (given) => models.vit({ outputs: 1, ...given }),
}[family];

const before = performance.now();
const model = make(settings);
const runtime = await nodeRuntime({ threads });
const fields = { x: { shape, kind: "float" }, y: { shape: [1], kind: "float" } };
const weights = initialWeights(model, (name) => randomStream(1, name));
const stream = randomStream(2);
const size = shape.reduce((a, b) => a * b, batch);
const x = Float32Array.from({ length: size }, () => stream.normal());
const y = Float32Array.from({ length: batch }, () => Number(stream.chance(0.5)));

let step;
if (mode === "one") {
  const { program, weights: used } = inferenceProgram(model, ({ x }) => ({ logits: model(x) }), {
    batchSize: batch,
    fields: { x: fields.x },
  });
  const executor = await runtime.compile(program);
  for (const name of used) executor.setState(weightInput(name), weights.get(name));
  step = () => executor.run({ [fieldInput("x")]: x });
} else {
  const optimiser = adam();
  const loss = (fields) => bceWithLogits(model(fields.x), fields.y);
  const made = trainingProgram(model, loss, { optimiser, batchSize: batch, fields });
  const executor = await runtime.compile(made.program, { state: made.state });
  for (const name of made.weights) executor.setState(weightInput(name), weights.get(name));
  for (const { name, shape } of made.slots) executor.setState(name, new Float32Array(shape.reduce((a, b) => a * b, 1)));
  let t = 0;
  step = () => {
    const scalars = optimiser.scalars(++t).map((value, i) => [`step/scalar${i}`, Float32Array.of(value)]);
    const noise = made.noise.map(({ name, size }, i) => [name, fillNoise(new Float32Array(size), 1, t, i)]);
    const rate = Float32Array.of(optimiser.learningRate);
    const given = Object.fromEntries([...scalars, ...noise]);
    return executor.run({ ...given, "step/rate": rate, [fieldInput("x")]: x, [fieldInput("y")]: y });
  };
}
await step();
const compileMs = performance.now() - before;
for (let i = 0; i < WARM; i++) await step();
const milliseconds = [];
const end = performance.now() + LONG;
while (milliseconds.length < FEWEST || (performance.now() < end && milliseconds.length < MOST)) {
  const start = performance.now();
  await step();
  milliseconds.push(performance.now() - start);
}
console.log(JSON.stringify({ milliseconds, parameters: countParameters(model), compileMs }));
