// One patient: what is shown is chosen on the left, the timeline stands on the right.
import { useEffect, useMemo, useState } from "preact/hooks";
import { CallFailed, readBytes } from "../../api.ts";
import { Box, count, Failure, PageTitle, Tag, useAnswer } from "../../parts/index.tsx";
import { EventsTable } from "./events-table.tsx";
import type { PatientRow } from "./list.tsx";
import { type EventKind, type PatientRecord, unpack, usualSeries } from "./record.ts";
import { Risks } from "./risks.tsx";
import { text } from "./text.ts";
import { type Window, within, zoomed } from "./time-scale.ts";
import { Timeline } from "./timeline.tsx";

export function Patient({ id }: { id: string }) {
  const [record, setRecord] = useState<PatientRecord>();
  const [failure, setFailure] = useState<CallFailed>();
  useEffect(() => {
    const stop = new AbortController();
    readBytes(`/patients/${id}/events`, stop.signal)
      .then((bytes) => setRecord(unpack(bytes)))
      .catch((cause) => {
        if (!stop.signal.aborted)
          setFailure(
            cause instanceof CallFailed ? cause : new CallFailed({ code: "page/fault", what: String(cause) }, 0),
          );
      });
    return () => stop.abort();
  }, [id]);
  return (
    <>
      <Title id={id} record={record} />
      {failure ? <Failure failure={failure} /> : null}
      {record ? <Loaded record={record} /> : failure ? null : <div class="loading" role="status" />}
      <Ecgs patient={id} />
      {record ? <Risks patient={id} base={record.base} /> : null}
    </>
  );
}

/** Who it is: number, sex, age, how often where. */
function Title({ id, record }: { id: string; record: PatientRecord | undefined }) {
  const { answer } = useAnswer<PatientRow>(`/patients/${id}`);
  const who = answer.value;
  const facts = who
    ? [
        who.sex === "F" ? text.female : who.sex === "M" ? text.male : "",
        who.age === null ? "" : `${who.age} ${text.years}`,
        `${text.admissions}: ${count(who.admissions)}`,
        `${text.icuStays}: ${count(who.icuStays)}`,
        `${text.edStays}: ${count(who.edStays)}`,
        who.died ? text.died : "",
      ]
    : [];
  const all = [...facts, record ? `${count(record.count)} ${text.events}` : ""].filter(Boolean);
  return (
    <PageTitle title={who ? `${text.patient} ${who.name}` : text.patient} lead={all.join(" · ")}>
      <a href="/patients">{text.all}</a>
    </PageTitle>
  );
}

/** Links to the patient's ECGs, by time. */
function Ecgs({ patient }: { patient: string }) {
  const { answer } = useAnswer<{ id: string; time: number | null }[]>(`/patients/${patient}/ecgs`);
  if (!answer.value?.length) return null;
  return (
    <Box title={text.kinds.ecg}>
      <p class="row">
        {answer.value.map(({ id, time }, i) => (
          <a href={`/patients/${patient}/ecg/${id}`} key={id}>
            {time === null ? `${i + 1}` : new Date(time).toISOString().slice(0, 16).replace("T", " ")}
          </a>
        ))}
      </p>
    </Box>
  );
}

/** At first the last stay in intensive care or, where there is none, in hospital; else the whole time. */
function firstWindow({ stays, lastMinute }: PatientRecord): Window {
  const stay =
    stays.filter(({ kind }) => kind === "icu").at(-1) ?? stays.filter(({ kind }) => kind === "hospital").at(-1);
  if (!stay) return within({ from: 0, to: lastMinute }, lastMinute);
  const end = stay.end ?? lastMinute;
  const margin = Math.max(60, (end - stay.start) * 0.05);
  return within({ from: stay.start - margin, to: end + margin }, lastMinute);
}

function Loaded({ record }: { record: PatientRecord }) {
  const [chosen, setChosen] = useState(() => usualSeries(record));
  const [window, setWindow] = useState(() => firstWindow(record));
  const [isTable, setTable] = useState(false);
  const series = useMemo(() => record.series.filter((_, i) => chosen.has(i)), [record, chosen]);
  const middle = (window.from + window.to) / 2;
  const show = (next: Window) => setWindow(within(next, record.lastMinute));
  return (
    <div class="patient">
      <Box title={text.shown}>
        <Choice record={record} chosen={chosen} onChosen={setChosen} />
      </Box>
      <Box>
        <div class="row">
          <button type="button" onClick={() => show(zoomed(window, 0.6, middle))}>
            {text.zoomIn}
          </button>
          <button type="button" onClick={() => show(zoomed(window, 1 / 0.6, middle))}>
            {text.zoomOut}
          </button>
          <button type="button" onClick={() => show({ from: 0, to: record.lastMinute })}>
            {text.wholeTime}
          </button>
          <StayChoice record={record} onWindow={show} />
          <button type="button" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
            {isTable ? text.asPicture : text.asTable}
          </button>
        </div>
        {isTable ? (
          <EventsTable record={record} series={series} window={window} />
        ) : (
          <Timeline record={record} series={series} window={window} onWindow={setWindow} />
        )}
      </Box>
    </div>
  );
}

function StayChoice({ record, onWindow }: { record: PatientRecord; onWindow: (window: Window) => void }) {
  if (record.stays.length === 0) return null;
  const go = (event: { currentTarget: HTMLSelectElement }) => {
    const stay = record.stays[Number(event.currentTarget.value)];
    if (stay) onWindow({ from: stay.start - 60, to: (stay.end ?? record.lastMinute) + 60 });
    event.currentTarget.value = "";
  };
  return (
    <select class="stays" aria-label={text.stays} onChange={go} value="">
      <option value="">{text.stays}</option>
      {record.stays.map((stay, i) => (
        <option value={i} key={stay.id}>
          {`${text.places[stay.kind]}: ${stay.label}, ${new Date(record.base + stay.start * 60_000).toISOString().slice(0, 10)}`}
        </option>
      ))}
    </select>
  );
}

/** Rows of the list that are shown at once. */
const listed = 60;

function Choice({
  record,
  chosen,
  onChosen,
}: {
  record: PatientRecord;
  chosen: Set<number>;
  onChosen: (chosen: Set<number>) => void;
}) {
  const [wanted, setWanted] = useState("");
  const found = record.series
    .map((series, i) => ({ series, i }))
    .filter(({ series }) => series.title.toLowerCase().includes(wanted.toLowerCase()))
    .sort(
      (a, b) =>
        Number(chosen.has(b.i)) - Number(chosen.has(a.i)) ||
        b.series.after - b.series.first - (a.series.after - a.series.first),
    );
  const toggle = (i: number) => {
    const next = new Set(chosen);
    if (!next.delete(i)) next.add(i);
    onChosen(next);
  };
  return (
    <>
      <input
        type="search"
        placeholder={text.find}
        aria-label={text.find}
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <ul class="choice">
        {found.slice(0, listed).map(({ series, i }) => (
          <li key={i}>
            <label>
              <input type="checkbox" checked={chosen.has(i)} onChange={() => toggle(i)} />
              <span>{series.title}</span>
              <Tag>{kindWord(series.kind)}</Tag>
              <span class="note">{count(series.after - series.first)}</span>
            </label>
          </li>
        ))}
      </ul>
    </>
  );
}

function kindWord(kind: EventKind): string {
  return text.kinds[kind];
}
