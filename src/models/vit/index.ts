// Vision transformers.
export * from "./vit.ts";
