// A system that makes a data set: what it makes, a way to make it, and what was made here.
import { useState } from "preact/hooks";
import { CallFailed, send } from "../../api.ts";
import { Box, Command, count, Failure, PassedImage, PassedLink, Tag } from "../../parts/index.tsx";
import { text } from "./text.ts";
import type { MadeData, PaperDetail } from "./types.ts";

interface ProducesProps {
  paper: PaperDetail;
  produces: NonNullable<PaperDetail["produces"]>;
}

export function Produces({ paper, produces }: ProducesProps) {
  return (
    <>
      <Box title={text.makes} note={text.makeNote}>
        <p>{produces.what}.</p>
        <Make system={paper.id} />
        <Command words={produces.command} />
      </Box>
      {produces.made.length === 0 ? (
        <Box title={text.made}>
          <p class="note">{text.madeNone}</p>
        </Box>
      ) : (
        produces.made.map((made) => <Made made={made} key={made.id} />)
      )}
    </>
  );
}

/** Recordings made at first: enough to look at, ready in seconds. */
const fewRecordings = 100;

function Make({ system }: { system: string }) {
  const [mode, setMode] = useState<MadeData["mode"]>("corrected");
  const [limit, setLimit] = useState(String(fewRecordings));
  const [failure, setFailure] = useState<CallFailed>();
  const [isQueued, setQueued] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await send("/jobs/make", { system, mode, ...(limit === "" ? {} : { limit: Number(limit) }) });
      setQueued(true);
    } catch (cause) {
      if (cause instanceof CallFailed) setFailure(cause);
      else throw cause;
    }
  };
  return (
    <form class="row make" onSubmit={submit}>
      {failure ? <Failure failure={failure} /> : null}
      <label>
        {text.mode}{" "}
        <select value={mode} onChange={(event) => setMode(event.currentTarget.value as MadeData["mode"])}>
          <option value="corrected">{text.modeChoices.corrected}</option>
          <option value="faithful">{text.modeChoices.faithful}</option>
        </select>
      </label>
      <label>
        {text.limit}{" "}
        <input
          type="number"
          min={1}
          step={1}
          placeholder={text.limitAll}
          value={limit}
          onInput={(event) => setLimit(event.currentTarget.value)}
        />
      </label>
      <button class="main" type="submit">
        {text.make}
      </button>
      <span role="status">{isQueued ? <a href="/runs">{text.toQueue}</a> : null}</span>
    </form>
  );
}

function Made({ made }: { made: MadeData }) {
  const { rows } = made;
  const withheld = (value: number | null) => (value === null ? text.withheld : count(value));
  const facts: [title: string, value: string, more: string][] = [
    [text.recordings, count(made.recordings), `${text.ofListed} ${count(made.listed)} ${text.inList}`],
    [text.patients, withheld(made.patients), ""],
    [text.leftOut, withheld(made.leftOut), ""],
    [text.waveforms, count(made.recordings), made.waveforms],
    [text.pictures, made.pictures ? count(made.recordings) : text.noPictures, made.pictures ?? ""],
    [text.beats, count(rows["beats"] ?? 0), ""],
    [text.texts, count(rows["records"] ?? 0), made.textSource === "rules" ? text.byRules : text.byModel],
    [text.sentences, count(rows["findings"] ?? 0), ""],
  ];
  if (made.perSecond !== null) facts.push([text.speed, made.perSecond.toFixed(1), text.workers(made.workers ?? 1)]);
  return (
    <Box title={`${text.made}: ${made.name}`}>
      <p class="row">
        <Tag tone={made.mode === "faithful" ? "warn" : "plain"}>{text.modes[made.mode].tag}</Tag>
        <Tag>{made.data}</Tag>
        <span class="note">{made.startedAt.slice(0, 16).replace("T", " ")}</span>
        <PassedLink path={`/api/made/${made.id}/report`}>{text.report}</PassedLink>
      </p>
      <dl class="figures">
        {facts.map(([title, value, more]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              {value} {more ? <span class="note">{more}</span> : null}
            </dd>
          </div>
        ))}
      </dl>
      {made.hasSample ? (
        <figure class="sample">
          <PassedImage path={`/api/made/${made.id}/sample`} alt={text.sample} />
          <figcaption class="note">{text.sample}</figcaption>
        </figure>
      ) : null}
    </Box>
  );
}
