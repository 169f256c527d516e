// Named arrays in one file: read strictly, written plainly.
export * from "./safetensors.ts";
