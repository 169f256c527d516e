// The ECG viewer: what is shown of a recording, moved through it whole however long it is, and what was measured.
import { useMemo, useState } from "preact/hooks";
import { Box, PageTitle, Shown, useAnswer } from "../../../parts/index.tsx";
import { timeOf } from "./list.tsx";
import type { Layout } from "./paper.ts";
import { Sheet } from "./sheet.tsx";
import { canFilter, type Filter, filtered, leadsOf, measuredFrom, readWidth, stretchOf, type View } from "./stretch.ts";
import { text } from "./text.ts";
import type { EcgFacts, EcgMeasurement, EcgStretch } from "./types.ts";

/** Seconds shown at first, on a wide window and on a narrow one. */
const firstSeconds = { wide: 10, narrow: 4 };
/** Narrower windows show one lead at first: twelve would be too small to read. */
const narrowPixels = 600;
const leastSeconds = 0.4;

/** An ECG: of a patient, or (null) of a data set without a table of patients. */
export function EcgViewer({ patient, id }: { patient: string | null; id: string }) {
  const { answer, reload } = useAnswer<EcgFacts>(`/ecgs/${id}`);
  const facts = answer.value;
  const who = facts
    ? [
        `${text.sources[facts.source] ?? facts.source} ${facts.name}`,
        facts.time === null ? "" : timeOf(facts.time),
        facts.sex === "F" ? text.female : facts.sex === "M" ? text.male : "",
        facts.age === null ? "" : `${facts.age} ${text.years}`,
        `${clock(facts.seconds)}, ${facts.rateHz} Hz`,
      ].filter(Boolean)
    : [];
  return (
    <>
      <PageTitle title={text.title} lead={who.join(" · ")}>
        {patient ? <a href={`/patients/${patient}`}>{text.back}</a> : <a href="/patients/ecgs">{text.toList}</a>}
      </PageTitle>
      <Shown of={answer} retry={reload}>
        {(known) => <Viewer id={id} facts={known} />}
      </Shown>
    </>
  );
}

/** 12.5 s, or 3:05 where it is more than a minute. */
function clock(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")} min`;
}

function Viewer({ id, facts }: { id: string; facts: EcgFacts }) {
  const { seconds, leads: names } = facts;
  const isNarrow = innerWidth < narrowPixels;
  const [layout, setLayout] = useState<Layout>(names.length < 12 ? "rows" : isNarrow ? "one" : "sheet");
  const [one, setOne] = useState(names.find((name) => name === "II") ?? names[0] ?? "");
  const [filter, setFilter] = useState<Filter>("none");
  const [hasPoints, setPoints] = useState(true);
  const [view, setView] = useState<View>({
    from: 0,
    to: Math.min(seconds, isNarrow ? firstSeconds.narrow : firstSeconds.wide),
  });
  const stretch = stretchOf(view, facts);
  const read = useAnswer<EcgStretch>(
    `/ecgs/${id}/window?from=${stretch.from}&to=${stretch.to}&width=${readWidth}`,
  ).answer;
  const measured = useAnswer<EcgMeasurement>(`/ecgs/${id}/measurement?from=${measuredFrom(view, seconds)}`).answer;
  const got = read.value;
  const leads = useMemo(() => {
    if (!got) return [];
    const raw = leadsOf(got);
    return canFilter(got) ? raw.map((lead) => filtered(lead, filter)) : raw;
  }, [got, filter]);
  const span = view.to - view.from;
  const show = (from: number, wide = span) => {
    const own = Math.min(seconds, Math.max(leastSeconds, wide));
    const start = Math.min(Math.max(0, from), seconds - own);
    setView({ from: start, to: start + own });
  };
  const zoom = (factor: number) => {
    const wide = Math.min(seconds, Math.max(leastSeconds, span * factor));
    show((view.from + view.to) / 2 - wide / 2, wide);
  };
  const move = (share: number) => show(Number.isFinite(share) ? view.from + share * span : share < 0 ? 0 : seconds);
  const points = hasPoints && measured.value ? measured.value.points : noPoints;
  return (
    <>
      <Box>
        <div class="row">
          <Choice label={text.layout} value={layout} options={text.layouts} onValue={setLayout} />
          {layout === "one" ? (
            <Choice
              label={text.lead}
              value={one}
              options={Object.fromEntries(names.map((name) => [name, name]))}
              onValue={setOne}
            />
          ) : null}
          <Choice label={text.filter} value={filter} options={text.filters} onValue={setFilter} />
          <label class="pick">
            <input type="checkbox" checked={hasPoints} onChange={() => setPoints(!hasPoints)} /> {text.fiducials}
          </label>
          {hasPoints ? (
            <span class="waves" aria-hidden="true">
              <span class="p">{text.waves.p}</span> <span class="qrs">{text.waves.qrs}</span>{" "}
              <span class="t">{text.waves.t}</span>
            </span>
          ) : null}
        </div>
        <Sheet
          leads={leads}
          names={names}
          layout={layout}
          one={one}
          view={view}
          points={points}
          onMove={move}
          onZoom={zoom}
        />
        <div class="row">
          <button type="button" disabled={view.from <= 0} onClick={() => move(-1)}>
            {text.before}
          </button>
          <button type="button" disabled={view.to >= seconds} onClick={() => move(1)}>
            {text.after}
          </button>
          <button type="button" onClick={() => zoom(0.6)}>
            {text.closer}
          </button>
          <button type="button" onClick={() => zoom(1 / 0.6)}>
            {text.farther}
          </button>
          {seconds > firstSeconds.wide ? (
            <button type="button" onClick={() => show(view.from, firstSeconds.wide)}>
              {text.tenSeconds}
            </button>
          ) : null}
          <button type="button" onClick={() => show(0, seconds)}>
            {text.whole}
          </button>
          <span role="status">{`${text.shown}: ${clock(view.from)} – ${clock(view.to)}`}</span>
        </div>
        {seconds > span ? (
          <label class="slider">
            <span class="note">{text.place}</span>
            <input
              type="range"
              min={0}
              max={seconds - span}
              step="any"
              value={view.from}
              onInput={(event) => show(Number(event.currentTarget.value))}
            />
          </label>
        ) : null}
        {got && !canFilter(got) && filter !== "none" ? <p class="note">{text.noFilter}</p> : null}
        <p class="note">{text.caliper}</p>
      </Box>
      <Box
        title={text.measured}
        {...(measured.value && seconds > 60
          ? { note: `${text.measuredIn} ${clock(measured.value.fromSeconds)} – ${clock(measured.value.toSeconds)}` }
          : {})}
      >
        <Shown of={measured}>{(measurement) => <Numbers measurement={measurement} />}</Shown>
      </Box>
      <Written facts={facts} />
    </>
  );
}

const noPoints: EcgMeasurement["points"] = {};

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: Readonly<Record<string, string>>;
  onValue: (value: Value) => void;
}

function Choice<Value extends string>({ label, value, options, onValue }: ChoiceProps<Value>) {
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

function Numbers({ measurement }: { measurement: EcgMeasurement }) {
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

/** The report of the cart or of the data set, and the cart's own numbers: to be held against what was measured here. */
function Written({ facts: { report, cart } }: { facts: EcgFacts }) {
  if (report.length === 0 && !cart) return null;
  const rate = cart?.rrMs ? `${text.rate} ${Math.round(60_000 / cart.rrMs)} /min` : "";
  const qrs = cart?.qrsMs ? `${text.qrs} ${Math.round(cart.qrsMs)} ms` : "";
  const numbers = [rate, qrs].filter(Boolean).join(", ");
  return (
    <Box title={text.written}>
      {report.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {numbers ? <p class="note">{`${text.cart}: ${numbers}`}</p> : null}
    </Box>
  );
}
