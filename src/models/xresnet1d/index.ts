// XResNet for one-dimensional signals.
export * from "./xresnet1d.ts";
