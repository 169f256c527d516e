// ONNX model files, written from plain data.
export * from "./model.ts";
