// The differentiable tensor program: symbolic tensors, their gradients, and the executors that run them.
export * from "./emit.ts";
export * from "./functions.ts";
export { gradients } from "./gradient.ts";
export * from "./onnx-runtime.ts";
export * from "./ops/arrange.ts";
export { expand } from "./ops/broadcast.ts";
export { batchNormalise, channelAffine, channelDot, channelSum } from "./ops/channels.ts";
export * from "./ops/compare.ts";
export { type ConvOptions, conv } from "./ops/conv.ts";
export {
  abs,
  add,
  ceil,
  cos,
  div,
  erf,
  exp,
  floor,
  log,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  stopGradient,
  sub,
  tanh,
} from "./ops/elementwise.ts";
export { gather, scatterAdd, takeAlong } from "./ops/gather.ts";
export { type MatmulOptions, matmul } from "./ops/matmul.ts";
export { layerNorm, rmsNorm, standardise } from "./ops/normalise.ts";
export { avgPool, maxPool, type PoolOptions } from "./ops/pool.ts";
export { argmax, cumsum, max, mean, min, type ReduceOptions, sum, topk } from "./ops/reduce.ts";
export { type ScanOptions, type ScanStep, scan } from "./ops/scan.ts";
export { logSoftmax, logsumexp, softmax } from "./ops/softmax.ts";
export {
  arange,
  constant,
  full,
  input,
  isNoise,
  type Operand,
  ones,
  parameterTensor,
  uniformNoise,
  zeros,
} from "./ops/sources.ts";
export * from "./program.ts";
export * from "./runtime.ts";
export { type Shape, shapeText, sizeOf } from "./shape.ts";
export { type Kind, Tensor } from "./tensor.ts";
