// The ECG viewer: paper, layouts, filters, points of the waves, caliper, what was measured.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { lowPass, removeBaseline, removeMains } from "../../../../../src/signal/filters/clean.ts";
import { canvasContext, useWidth } from "../../../parts/canvas.ts";
import { Box, PageTitle, Shown, useAnswer } from "../../../parts/index.tsx";
import { type Caliper, caliperText, drawPaper, type Layout, type Lead, perSecondOf, strips } from "./paper.ts";
import { text } from "./text.ts";

interface WindowAnswer {
  fromSeconds: number;
  toSeconds: number;
  seconds: number;
  rateHz: number;
  leads: { name: string; unit: string; kind: "samples" | "ranges"; rateHz: number; values: (number | null)[] }[];
}

interface Measurement {
  heartRatePerMinute: number | null;
  beats: number;
  intervals: Record<string, number | null>;
  axes: Record<string, number | null>;
  rhythm: { name?: string; kind?: string } & Record<string, unknown>;
  points: Record<string, (number | null)[]>;
}

type Filter = keyof typeof text.filters;

/** A record longer than this is read a window at a time. */
const wholeSeconds = 60;
const readWidth = 8000;

export function EcgViewer({ patient, id }: { patient: string; id: string }) {
  const { answer, reload } = useAnswer<WindowAnswer>(`/ecgs/${id}/window?from=0&to=${wholeSeconds}&width=${readWidth}`);
  return (
    <>
      <PageTitle title={text.title}>
        <a href={`/patients/${patient}`}>{text.back}</a>
      </PageTitle>
      <Shown of={answer} retry={reload}>
        {(record) => <Viewer id={id} record={record} />}
      </Shown>
    </>
  );
}

/** Samples of every lead; of ranges, lowest and highest follow each other as two samples a pixel. */
function leadsOf({ leads, fromSeconds }: WindowAnswer): Lead[] {
  return leads.map(({ name, kind, rateHz, values }) => ({
    name,
    fromSeconds,
    rateHz: kind === "ranges" ? 2 * rateHz : rateHz,
    values: Float32Array.from(values, (value) => value ?? Number.NaN),
  }));
}

function filtered(lead: Lead, filter: Filter): Lead {
  const { values, rateHz } = lead;
  if (filter === "none" || rateHz < 100) return lead;
  const level = removeBaseline(values, { rateHz });
  const clean =
    filter === "baseline"
      ? level
      : filter === "mains"
        ? removeMains(level, { rateHz, mainsHz: 60 })
        : lowPass(level, { rateHz, cutoffHz: 40 });
  // what was not recorded stays a gap
  return { ...lead, values: Float32Array.from(clean, (value, i) => (Number.isNaN(values[i]!) ? Number.NaN : value)) };
}

function Viewer({ id, record }: { id: string; record: WindowAnswer }) {
  const measured = useAnswer<Measurement>(`/ecgs/${id}/measurement`).answer;
  const end = record.toSeconds;
  const [layout, setLayout] = useState<Layout>("sheet");
  const [one, setOne] = useState(record.leads.find(({ name }) => name === "II")?.name ?? record.leads[0]!.name);
  const [filter, setFilter] = useState<Filter>("none");
  const [hasPoints, setPoints] = useState(true);
  const [view, setView] = useState({ from: 0, to: Math.min(end, 10) });
  const raw = useMemo(() => leadsOf(record), [record]);
  const leads = useMemo(() => raw.map((lead) => filtered(lead, filter)), [raw, filter]);
  const zoom = (factor: number) => {
    const middle = (view.from + view.to) / 2;
    const span = Math.min(end, Math.max(0.4, (view.to - view.from) * factor));
    const from = Math.min(Math.max(0, middle - span / 2), end - span);
    setView({ from, to: from + span });
  };
  const move = (share: number) => {
    const span = view.to - view.from;
    const from = Math.min(Math.max(0, view.from + share * span), end - span);
    setView({ from, to: from + span });
  };
  const points = hasPoints && measured.value ? measured.value.points : {};
  return (
    <>
      <Box>
        <div class="row">
          <Choice label={text.layout} value={layout} options={text.layouts} onValue={setLayout} />
          {layout === "one" ? (
            <Choice
              label={text.lead}
              value={one}
              options={Object.fromEntries(record.leads.map(({ name }) => [name, name]))}
              onValue={setOne}
            />
          ) : null}
          <Choice label={text.filter} value={filter} options={text.filters} onValue={setFilter} />
          <label class="pick">
            <input type="checkbox" checked={hasPoints} onChange={() => setPoints(!hasPoints)} /> {text.fiducials}
          </label>
          <button type="button" onClick={() => zoom(0.6)}>
            {text.closer}
          </button>
          <button type="button" onClick={() => zoom(1 / 0.6)}>
            {text.farther}
          </button>
          <button type="button" onClick={() => setView({ from: 0, to: end })}>
            {text.whole}
          </button>
        </div>
        <Paper leads={leads} layout={layout} one={one} view={view} points={points} onMove={move} onZoom={zoom} />
        <p class="note">{text.caliper}</p>
      </Box>
      <Box title={text.measured}>
        <Shown of={measured}>{(measurement) => <Numbers measurement={measurement} />}</Shown>
      </Box>
    </>
  );
}

function Choice<Value extends string>({
  label,
  value,
  options,
  onValue,
}: {
  label: string;
  value: Value;
  options: Readonly<Record<string, string>>;
  onValue: (value: Value) => void;
}) {
  return (
    <label>
      {label}{" "}
      <select value={value} onChange={(event) => onValue(event.currentTarget.value as Value)}>
        {Object.entries(options).map(([key, words]) => (
          <option value={key} key={key}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

interface PaperProps {
  leads: readonly Lead[];
  layout: Layout;
  one: string;
  view: { from: number; to: number };
  points: Readonly<Record<string, (number | null)[]>>;
  onMove: (share: number) => void;
  onZoom: (factor: number) => void;
}

const heights: Readonly<Record<Layout, number>> = { sheet: 560, rows: 1080, one: 360 };

function Paper({ leads, layout, one, view, points, onMove, onZoom }: PaperProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(canvas);
  const [caliper, setCaliper] = useState<Caliper | null>(null);
  const [isHeld, setHeld] = useState(false);
  const height = heights[layout];
  const places = useMemo(
    () =>
      strips(
        layout,
        leads.map(({ name }) => name),
        one,
        view,
        width,
        height,
      ),
    [layout, leads, one, view, width, height],
  );
  // 10 mm a millivolt where a second is 25 mm
  const perSecond = places.length ? perSecondOf(places, 0) : 1;
  const perMillivolt = Math.min(perSecond * 0.4, height / (layout === "one" ? 3 : layout === "sheet" ? 8 : 14));

  useEffect(() => {
    if (width === 0) return;
    const frame = requestAnimationFrame(() => {
      const element = canvas.current!;
      const context = canvasContext(element, width, height);
      const style = getComputedStyle(element);
      const of = (name: string) => style.getPropertyValue(name).trim();
      drawPaper(context, {
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
          point: of("--chart-1"),
          caliper: of("--chart-3"),
        },
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [width, height, places, leads, perMillivolt, points, caliper]);

  const onKey = (event: KeyboardEvent) => {
    const acts: Record<string, () => void> = {
      ArrowLeft: () => onMove(-0.2),
      ArrowRight: () => onMove(0.2),
      "+": () => onZoom(0.7),
      "=": () => onZoom(0.7),
      "-": () => onZoom(1 / 0.7),
      Escape: () => setCaliper(null),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]!();
  };
  const at = (event: PointerEvent) => ({ x: event.offsetX, y: event.offsetY });
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
      />
      <p class="note" role="status">
        {caliper ? `${text.caliperSays}: ${caliperText(caliper, perSecondOf(places, caliper.x1), perMillivolt)}` : ""}
      </p>
    </div>
  );
}

function Numbers({ measurement }: { measurement: Measurement }) {
  const { intervals, axes } = measurement;
  const ms = (value: number | null | undefined) => (value == null ? text.none : `${Math.round(value)} ms`);
  const rate = measurement.heartRatePerMinute;
  const axis = axes["qrsDegrees"];
  const rows: [string, string][] = [
    [text.rate, rate === null ? text.none : `${Math.round(rate)} /min`],
    [text.pr, ms(intervals["prMs"])],
    [text.qrs, ms(intervals["qrsMs"])],
    [text.qt, ms(intervals["qtMs"])],
    [text.qtcBazett, ms(intervals["qtcBazettMs"])],
    [text.qtcFridericia, ms(intervals["qtcFridericiaMs"])],
    [text.qtcFramingham, ms(intervals["qtcFraminghamMs"])],
    [text.qtcHodges, ms(intervals["qtcHodgesMs"])],
    [text.axis, axis == null ? text.none : `${Math.round(axis)}°`],
    [text.beats, String(measurement.beats)],
  ];
  return (
    <dl class="figures">
      {rows.map(([title, value]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
