// Run by a test in a process of its own: prints the losses of a short training on the CPU and through WebGPU.
import * as core from "../../dist/core/index.js";
import * as nn from "../../dist/nn/index.js";
import { nodeRuntime } from "../../dist/tensor/node.js";
import { trainGru } from "./gru-training.mjs";

const cpu = await trainGru({ core, nn }, await nodeRuntime({ threads: 1 }), { steps: 3 });
const webgpu = await trainGru({ core, nn }, await nodeRuntime({ provider: "webgpu" }), { steps: 3 });
console.log(JSON.stringify({ cpu, webgpu }));
