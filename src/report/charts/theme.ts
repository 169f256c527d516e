// Colours, line styles and type sizes that all charts share. Each colour is a CSS variable with its light value as
// fallback, so that a chart follows the page into the dark and still stands on its own.

/** Name of the CSS variable → its value on a light page and on a dark one. */
export const palette = {
  paper: ["#ffffff", "#15181d"],
  ink: ["#1c2430", "#e4e7ec"],
  quiet: ["#5a6472", "#a3acb9"],
  line: ["#d5dae1", "#363d48"],
  faint: ["#f4f6f8", "#1d2229"],
  series1: ["#0b5fa5", "#69b3f2"],
  series2: ["#b8480a", "#f0a35e"],
  series3: ["#00704f", "#56c9a3"],
  series4: ["#8c3f86", "#de9ad6"],
  series5: ["#6b5900", "#d9c650"],
  series6: ["#46505d", "#b9c1cc"],
  heat: ["#0b4a85", "#8cc6f7"],
  rise: ["#b8480a", "#f0a35e"],
  fall: ["#0b5fa5", "#69b3f2"],
  warn: ["#8a5a00", "#e8b95a"],
  warnPaper: ["#fff8e8", "#2a2415"],
} as const;

export type ColourName = keyof typeof palette;

/** A colour of the palette as a CSS value. */
export function colour(name: ColourName): string {
  return `var(--${name}, ${palette[name][0]})`;
}

/** How a line of a chart with several lines looks: colour and dashes, so that neither is needed alone. */
export interface SeriesStyle {
  stroke: string;
  dash: string;
}

const dashes = ["none", "7 3", "2 3", "9 3 2 3", "1 2", "12 4"];
const seriesColours = ["series1", "series2", "series3", "series4", "series5", "series6"] as const;

/** The style of the line with this index; it repeats after six. */
export function seriesStyle(index: number): SeriesStyle {
  const at = index % seriesColours.length;
  return { stroke: colour(seriesColours[at]!), dash: dashes[at]! };
}

/** Type size of the charts in pixels. */
export const typeSize = 12;
export const fontFamily =
  '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", sans-serif';

/** Advance widths of the sans-serif typefaces in use, in thousandths of the type size, by kind of letter. */
const advances: [RegExp, number][] = [
  [/[iljtfI.,:;'|!()[\] /\u00a0]/, 300],
  [/[mwMW%@—]/, 870],
  [/[A-HJ-LN-VX-Z]/, 680],
];

/** About how wide a text is, in pixels: enough to leave room for labels, not to set type. */
export function textWidth(text: string, size = typeSize): number {
  let width = 0;
  for (const letter of text) width += advances.find(([kind]) => kind.test(letter))?.[1] ?? 560;
  return (width * size) / 1000;
}

/** Cuts a text to a width in pixels, with an ellipsis where something is lost. */
export function fitText(text: string, width: number, size = typeSize): string {
  if (textWidth(text, size) <= width) return text;
  const letters = [...text];
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
