// The colours of ECG paper. Draws nothing.

export type Rgb = readonly [red: number, green: number, blue: number];

/** Ground, lines each millimetre, lines each five, and the pen. */
export interface Paper {
  ground: Rgb;
  minor: Rgb;
  major: Rgb;
  pen: Rgb;
}

export const PAPERS = {
  red: { ground: [255, 252, 250], minor: [255, 214, 208], major: [243, 160, 150], pen: [20, 20, 28] },
  blue: { ground: [252, 253, 255], minor: [210, 224, 250], major: [140, 172, 232], pen: [16, 16, 32] },
  green: { ground: [251, 255, 250], minor: [206, 236, 206], major: [130, 196, 136], pen: [16, 24, 16] },
  grey: { ground: [255, 255, 255], minor: [228, 228, 228], major: [176, 176, 176], pen: [0, 0, 0] },
  /** No grid. */
  plain: { ground: [255, 255, 255], minor: [255, 255, 255], major: [255, 255, 255], pen: [0, 0, 0] },
} as const satisfies Record<string, Paper>;
export type PaperId = keyof typeof PAPERS;

/** `#rrggbb` */
export function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
