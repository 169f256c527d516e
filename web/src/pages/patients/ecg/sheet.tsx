// The squared paper with its traces: drawn anew as it is moved, measured by a caliper with pointer or keys.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { canvasContext, useWidth } from "../../../parts/canvas.ts";
import {
  type Caliper,
  caliperText,
  drawPaper,
  type Layout,
  type Lead,
  leastSquare,
  perSecondOf,
  strips,
} from "./paper.ts";
import type { View } from "./stretch.ts";
import { text } from "./text.ts";

interface SheetProps {
  leads: readonly Lead[];
  /** All leads of the recording by name, in its order. */
  names: readonly string[];
  layout: Layout;
  one: string;
  view: View;
  points: Readonly<Record<string, (number | null)[]>>;
  /** Moves by a share of the view; `Infinity` goes to the end. */
  onMove: (share: number) => void;
  onZoom: (factor: number) => void;
}

/** Pixels: a lead of several, the sheet of four rows, one lead alone. */
const rowHeight = 96;
const heights = { sheet: 620, one: 360, oneNarrow: 230 };
/** Pixels the end of a caliper moves by a key. */
const caliperStep = 2;

export function Sheet({ leads, names, layout, one, view, points, onMove, onZoom }: SheetProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const [caliper, setCaliper] = useState<Caliper | null>(null);
  const [isHeld, setHeld] = useState(false);
  const isSheet = layout === "sheet" && names.length >= 12;
  const rows = layout === "one" ? 1 : isSheet ? 4 : names.length;
  const oneHeight = width < 600 ? heights.oneNarrow : heights.one;
  const height = layout === "one" ? oneHeight : isSheet ? heights.sheet : Math.max(240, rows * rowHeight);
  const places = useMemo(
    () => strips(layout, names, one, view, width, height),
    [layout, names, one, view, width, height],
  );
  // 10 mm a millivolt where a second is 25 mm
  const perSecond = places.length ? perSecondOf(places, 0) : 1;
  const perMillivolt = Math.min(perSecond * 0.4, height / (layout === "one" ? 3 : 2 * rows));
  const { from, to } = view;
  // what was measured has moved away
  useEffect(() => setCaliper(null), [from, to, layout, one]);

  useEffect(() => {
    if (width === 0) return;
    const draw = () => {
      const element = canvas.current;
      if (!element) return;
      const style = getComputedStyle(element);
      const of = (name: string) => style.getPropertyValue(name).trim();
      drawPaper(canvasContext(element, width, height), {
        width,
        height,
        strips: places,
        leads: new Map(leads.map((lead) => [lead.name, lead])),
        perMillivolt,
        points,
        caliper,
        colours: {
          ink: of("--ink"),
          paper: of("--ecg-paper"),
          fine: of("--ecg-fine"),
          coarse: of("--ecg-coarse"),
          waves: { p: of("--chart-3"), qrs: of("--chart-1"), t: of("--chart-4") },
          caliper: of("--chart-2"),
        },
      });
    };
    const frame = requestAnimationFrame(draw);
    addEventListener("bedside-theme", draw);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("bedside-theme", draw);
    };
  }, [width, height, places, leads, perMillivolt, points, caliper]);

  const stretchCaliper = (dx: number, dy: number) => {
    if (caliper) setCaliper({ ...caliper, x2: caliper.x2 + dx * caliperStep, y2: caliper.y2 + dy * caliperStep });
  };
  const onKey = (event: KeyboardEvent) => {
    const arrows: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const acts: Record<string, () => void> = {
      ArrowLeft: () => onMove(-0.2),
      ArrowRight: () => onMove(0.2),
      PageUp: () => onMove(-1),
      PageDown: () => onMove(1),
      Home: () => onMove(Number.NEGATIVE_INFINITY),
      End: () => onMove(Number.POSITIVE_INFINITY),
      "+": () => onZoom(0.7),
      "=": () => onZoom(0.7),
      "-": () => onZoom(1 / 0.7),
      c: () => setCaliper({ x1: width * 0.45, y1: height / 2, x2: width * 0.55, y2: height / 2 - perMillivolt / 2 }),
      Escape: () => setCaliper(null),
    };
    const arrow = event.shiftKey ? arrows[event.key] : undefined;
    const act = arrow
      ? () => stretchCaliper(...arrow)
      : acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  const at = (event: PointerEvent) => ({ x: event.offsetX, y: event.offsetY });
  const squares =
    perSecond * 0.04 >= leastSquare ? text.scale : perSecond * 0.2 >= leastSquare ? text.scaleLarge : text.scaleNone;
  return (
    <div class="ecg">
      {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is moved and zoomed by keys of its own */}
      <canvas
        ref={canvas}
        style={{ width: `${width}px`, height: `${height}px` }}
        tabIndex={0}
        role="application"
        aria-label={`${text.picture}. ${text.caliper}`}
        onKeyDown={onKey}
        onPointerDown={(event) => {
          const { x, y } = at(event);
          canvas.current!.setPointerCapture(event.pointerId);
          setCaliper({ x1: x, y1: y, x2: x, y2: y });
          setHeld(true);
        }}
        onPointerMove={(event) => {
          if (!isHeld || !caliper) return;
          const { x, y } = at(event);
          setCaliper({ ...caliper, x2: x, y2: y });
        }}
        onPointerUp={() => setHeld(false)}
        onPointerCancel={() => setHeld(false)}
      />
      <p class="row ecg-note">
        <span role="status">
          {caliper ? (
            <strong>
              {`${text.caliperSays}: ${caliperText(caliper, perSecondOf(places, caliper.x1), perMillivolt)}`}
            </strong>
          ) : null}
        </span>
        <span class="note">{squares}</span>
      </p>
    </div>
  );
}
