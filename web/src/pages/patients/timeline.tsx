// The timeline of a patient: canvas, window of time, pointer and keys.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { canvasContext, useWidth } from "../../parts/canvas.ts";
import { density, drawOverview, drawTimeline, gutterOf, layOut, readColours } from "./drawing.ts";
import type { PatientRecord, Series } from "./record.ts";
import { text } from "./text.ts";
import { timeText, type Window, within, zoomed } from "./time-scale.ts";

const overviewHeight = 40;

interface TimelineProps {
  record: PatientRecord;
  series: readonly Series[];
  window: Window;
  onWindow: (window: Window) => void;
}

export function Timeline({ record, series, window, onWindow }: TimelineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overview = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const [pointer, setPointer] = useState<number | null>(null);
  const { lanes, height } = useMemo(() => layOut(series), [series]);
  const counts = useMemo(() => density(record, Math.max(1, Math.floor(width))), [record, width]);
  const gutter = gutterOf(width);
  const wish = useRef(window);
  wish.current = window;

  useEffect(() => {
    if (width === 0) return;
    const frame = requestAnimationFrame(() => {
      const colours = readColours(canvas.current!);
      const scene = { record, window, width, colours };
      drawTimeline(canvasContext(canvas.current!, width, height), { ...scene, lanes, height, pointer });
      drawOverview(canvasContext(overview.current!, width, overviewHeight), {
        ...scene,
        height: overviewHeight,
        counts,
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [record, lanes, window, width, height, pointer, counts]);

  const move = (next: Window) => onWindow(within(next, record.lastMinute));
  const minuteAt = (x: number) => {
    const { from, to } = wish.current;
    return from + ((x - gutter) / Math.max(1, width - gutter)) * (to - from);
  };

  useEffect(() => {
    const element = canvas.current!;
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { from, to } = wish.current;
      const x = event.clientX - element.getBoundingClientRect().left;
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const step = ((event.deltaX || event.deltaY) / Math.max(1, width - gutter)) * (to - from);
        move({ from: from + step, to: to + step });
      } else move(zoomed(wish.current, Math.exp(event.deltaY * 0.0016), minuteAt(Math.max(gutter, x))));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  });

  const held = useRef(new Map<number, number>());
  const onDown = (event: PointerEvent) => {
    canvas.current!.setPointerCapture(event.pointerId);
    held.current.set(event.pointerId, event.offsetX);
  };
  const onMove = (event: PointerEvent) => {
    const before = held.current.get(event.pointerId);
    setPointer(event.offsetX > gutter ? minuteAt(event.offsetX) : null);
    if (before === undefined) return;
    const { from, to } = wish.current;
    const others = [...held.current].filter(([id]) => id !== event.pointerId).map(([, x]) => x);
    held.current.set(event.pointerId, event.offsetX);
    if (others.length === 1) {
      const [old, now] = [Math.abs(before - others[0]!), Math.abs(event.offsetX - others[0]!)];
      if (old > 8 && now > 8) move(zoomed({ from, to }, old / now, minuteAt(others[0]!)));
      return;
    }
    const step = ((before - event.offsetX) / Math.max(1, width - gutter)) * (to - from);
    move({ from: from + step, to: to + step });
  };
  const onUp = (event: PointerEvent) => held.current.delete(event.pointerId);
  const onKey = (event: KeyboardEvent) => {
    const { from, to } = window;
    const [step, middle] = [(to - from) * 0.15, (from + to) / 2];
    const next: Record<string, Window> = {
      ArrowLeft: { from: from - step, to: to - step },
      ArrowRight: { from: from + step, to: to + step },
      "+": zoomed(window, 0.7, middle),
      "=": zoomed(window, 0.7, middle),
      "-": zoomed(window, 1 / 0.7, middle),
      Home: { from: 0, to: record.lastMinute },
    };
    if (!next[event.key]) return;
    event.preventDefault();
    move(next[event.key]!);
  };
  const centre = (event: PointerEvent) => {
    if (event.buttons === 0 && event.type !== "pointerdown") return;
    const minute = (event.offsetX / Math.max(1, width)) * record.lastMinute;
    const half = (window.to - window.from) / 2;
    move({ from: minute - half, to: minute + half });
  };
  return (
    <div class="timeline">
      <div>
        {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: it is moved and zoomed by keys of its own */}
        <canvas
          ref={canvas}
          style={{ width: `${width}px`, height: `${height}px` }}
          tabIndex={0}
          role="application"
          aria-label={text.timeline}
          onPointerDown={onDown}
          onPointerMove={onMove}
          onPointerUp={onUp}
          onPointerCancel={onUp}
          onPointerLeave={() => setPointer(null)}
          onKeyDown={onKey}
        />
        <canvas
          ref={overview}
          class="overview"
          style={{ width: `${width}px`, height: `${overviewHeight}px` }}
          role="img"
          aria-label={text.overview}
          onPointerDown={centre}
          onPointerMove={centre}
        />
      </div>
      <p class="note row">
        <span>{`${timeText(window.from, record.base)} – ${timeText(window.to, record.base)}`}</span>
        {pointer === null ? null : <span>{timeText(pointer, record.base)}</span>}
      </p>
    </div>
  );
}
