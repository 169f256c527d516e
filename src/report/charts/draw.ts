// Turns a Plot specification into an SVG text. The only file that touches a document.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom/worker";
import { escapeText } from "../html.ts";
import { colour, fontFamily, textWidth, typeSize } from "./theme.ts";

/** As much of an element as the charts use; a browser's and linkedom's both fit. */
export interface SvgElement {
  setAttribute(name: string, value: string): void;
  append(...children: (SvgElement | string)[]): void;
  querySelectorAll(selector: string): Iterable<{ remove(): void }>;
  textContent: string | null;
  outerHTML: string;
}

/** As much of a document as the charts use. */
export interface ChartDocument {
  createElementNS(namespace: string, name: string): unknown;
}

/** What every chart can be told, besides its own options. */
export interface ChartOptions {
  /** Where elements are made; by default a document that lives outside any page. */
  document?: ChartDocument | undefined;
  /** Width in pixels. */
  width?: number | undefined;
  /** What a screen reader says of the picture. */
  label?: string | undefined;
}

/** A position scale of a drawn plot. */
export type Scale = ((value: unknown) => number) & { bandwidth?: () => number };

/** What a drawing function of ours is told by Plot. */
export interface Scene {
  x: Scale;
  y: Scale;
  width: number;
  height: number;
  marginLeft: number;
  marginRight: number;
  marginTop: number;
  marginBottom: number;
  /** Makes an element with attributes, and text when given. */
  make(name: string, attributes: Record<string, string | number>, text?: string): SvgElement;
}

const namespace = "http://www.w3.org/2000/svg";
let ownDocument: ChartDocument | undefined;

function defaultDocument(): ChartDocument {
  ownDocument ??= parseHTML("<!doctype html><html><body></body></html>").document as unknown as ChartDocument;
  return ownDocument;
}

/** A mark drawn by our own function instead of one of Plot's. */
export function scene(draw: (scene: Scene) => SvgElement[], label: string): Plot.Markish {
  return (_index: unknown, scales: unknown, _values: unknown, dimensions: unknown, context: unknown) => {
    const { document } = context as { document: ChartDocument };
    const make: Scene["make"] = (name, attributes, text) => {
      const element = document.createElementNS(namespace, name) as SvgElement;
      for (const [key, value] of Object.entries(attributes)) {
        element.setAttribute(key, typeof value === "number" ? String(Math.round(value * 100) / 100) : value);
      }
      if (text !== undefined) element.textContent = text;
      return element;
    };
    const group = make("g", { "aria-label": label });
    group.append(
      ...draw({ ...(scales as { x: Scale; y: Scale }), ...(dimensions as Omit<Scene, "x" | "y" | "make">), make }),
    );
    return group as never;
  };
}

/**
 * Draws a specification of Observable Plot as a static SVG text: no style element, no generated id, our type.
 * @param specification what `Plot.plot` takes, without `document`
 */
export function draw(
  specification: Plot.PlotOptions,
  { document = defaultDocument(), width, label = "" }: ChartOptions,
) {
  const picture = Plot.plot({
    ...specification,
    ...(width === undefined ? {} : { width }),
    className: "chart",
    figure: false,
    document: document as never,
  }) as unknown as SvgElement;
  for (const style of picture.querySelectorAll("style")) style.remove();
  picture.setAttribute("xmlns", namespace);
  picture.setAttribute("font-family", fontFamily);
  picture.setAttribute("font-size", String(typeSize));
  picture.setAttribute("color", colour("ink"));
  // The label holds texts of the result. Not every document escapes attributes fit for XML, so it is written here.
  return picture.outerHTML.replace(/^<svg/, () => `<svg role="img" aria-label="${escapeText(label)}"`);
}

/** A picture that says in words why there is nothing to see. */
export function emptyChart(message: string, { width = 340, ...options }: ChartOptions): string {
  const marks = [
    Plot.text([message], { frameAnchor: "middle", fill: colour("quiet"), lineWidth: (width - 40) / typeSize }),
  ];
  return draw(
    { height: 90, margin: 0, axis: null, marks },
    { ...options, label: options.label ? `${options.label}. ${message}` : message, width },
  );
}

/** An entry of a legend: a line sample, a dot or a box, then the name. */
export interface LegendEntry {
  title: string;
  stroke: string;
  dash?: string;
  mark?: "line" | "dot" | "box";
  /** Of a box. */
  opacity?: number;
}

const gap = 16;

/** Width of the sample before the name. */
function sampleOf({ mark = "line" }: LegendEntry): number {
  return mark === "line" ? 22 : 12;
}

/** Cuts a legend into rows that fit the width, so that a chart can leave room for them. */
export function legendRows(entries: LegendEntry[], width: number): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const needed = sampleOf(entry) + 6 + textWidth(entry.title) + gap;
    if (!rows.length || room < needed) {
      rows.push([]);
      room = width;
    }
    rows.at(-1)!.push(entry);
    room -= needed;
  }
  return rows;
}

/** Height in pixels that a legend of so many rows takes. */
export function legendHeight(rows: LegendEntry[][]): number {
  return rows.length * 18;
}

/** The legend itself, at the top left of the picture. */
export function legend(rows: LegendEntry[][], left = 0): Plot.Markish {
  return scene(({ make }) => {
    const parts: SvgElement[] = [];
    rows.forEach((row, line) => {
      let x = left;
      const y = 9 + 18 * line;
      for (const entry of row) {
        const { title, stroke, dash = "none", mark = "line", opacity } = entry;
        const sample = sampleOf(entry);
        if (mark === "line") {
          const path = { d: `M${x},${y}h${sample}`, stroke, "stroke-width": 2, "stroke-dasharray": dash, fill: "none" };
          parts.push(make("path", path));
        } else if (mark === "dot") {
          parts.push(make("circle", { cx: x + sample / 2, cy: y, r: 4, fill: stroke }));
        } else {
          const shade = opacity === undefined ? {} : { "fill-opacity": opacity };
          parts.push(make("rect", { x, y: y - 6, width: 12, height: 12, fill: stroke, ...shade }));
        }
        parts.push(make("text", { x: x + sample + 6, y, dy: "0.35em", "text-anchor": "start" }, title));
        x += sample + 6 + textWidth(title) + gap;
      }
    });
    return parts;
  }, "legend");
}
