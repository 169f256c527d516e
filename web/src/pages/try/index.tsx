// A model tried on what is typed in: form on the left, verdict on the right. No value leaves the page.
import { useEffect, useState } from "preact/hooks";
import { CallFailed } from "../../api.ts";
import { Box, Failure, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import { type Bundle, type Loaded, loadModel } from "./bundle.ts";
import { FormFields } from "./form.tsx";
import type { Typed } from "./patient.ts";
import "./style.css";
import { text } from "./text.ts";
import { countScores, judge, likeThis, type Verdict } from "./verdict.ts";

interface Listed {
  run: string;
  model: string;
  title: string;
  task: string;
  question: string;
  data: string;
  mode: string;
}

export default function Try(_: { parts: string[] }) {
  const { answer, reload } = useAnswer<Listed[]>("/models");
  return (
    <>
      <PageTitle title={text.title} lead={text.lead} />
      <Shown of={answer} retry={reload}>
        {(models) =>
          models.length === 0 ? (
            <p>
              {text.none} <a href="/runs">{text.toRuns}</a>
            </p>
          ) : (
            <Chosen models={models} />
          )
        }
      </Shown>
    </>
  );
}

function Chosen({ models }: { models: Listed[] }) {
  const asked = parameter("model");
  const keyOf = ({ run, model }: Listed) => `${run}.${model}`;
  const chosen = models.find((each) => keyOf(each) === asked) ?? models[0]!;
  const [loaded, setLoaded] = useState<Loaded>();
  const [failure, setFailure] = useState<CallFailed>();
  const { run, model } = chosen;
  useEffect(() => {
    const stop = new AbortController();
    setLoaded(undefined);
    setFailure(undefined);
    loadModel(run, model, stop.signal)
      .then(setLoaded)
      .catch((cause) => {
        if (stop.signal.aborted) return;
        setFailure(
          cause instanceof CallFailed ? cause : new CallFailed({ code: "page/fault", what: String(cause) }, 0),
        );
      });
    return () => stop.abort();
  }, [run, model]);
  return (
    <>
      <p class="row">
        <label>
          {text.model}{" "}
          <select value={keyOf(chosen)} onChange={(event) => setParameters({ model: event.currentTarget.value })}>
            {models.map((each) => (
              <option value={keyOf(each)} key={keyOf(each)}>
                {`${each.task}: ${each.title} (${each.data}, ${each.mode})`}
              </option>
            ))}
          </select>
        </label>
        <Tag tone="warn">{text.research}</Tag>
      </p>
      {failure ? <Failure failure={failure} /> : null}
      {loaded ? (
        <Trial loaded={loaded} key={keyOf(chosen)} />
      ) : failure ? null : (
        <div class="loading" role="status">
          <span>{text.reading}</span>
        </div>
      )}
    </>
  );
}

function Trial({ loaded }: { loaded: Loaded }) {
  const { bundle } = loaded;
  const [typed, setTyped] = useState<Typed>({});
  const [verdict, setVerdict] = useState<Verdict>();
  useEffect(() => {
    let isCurrent = true;
    void judge(loaded, typed).then((found) => {
      if (isCurrent) setVerdict(found);
    });
    return () => {
      isCurrent = false;
    };
  }, [loaded, typed]);
  return (
    <>
      <p>{bundle.task.question}</p>
      <p class="note">{`${text.when} ${bundle.task.predictionTime}. ${text.data} ${bundle.data}.`}</p>
      <div class="trial">
        <FormFields bundle={bundle} typed={typed} onTyped={setTyped} />
        <div class="verdict" aria-live="polite">
          {verdict ? <Risk loaded={loaded} verdict={verdict} /> : null}
          {verdict ? <Drivers verdict={verdict} /> : null}
          <Scores loaded={loaded} typed={typed} />
        </div>
      </div>
    </>
  );
}

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function Risk({ loaded, verdict }: { loaded: Loaded; verdict: Verdict }) {
  const { bundle }: { bundle: Bundle } = loaded;
  const { risk, low, high } = verdict;
  const alike = likeThis(loaded, risk);
  const isAbove = bundle.threshold ? risk >= bundle.threshold.value : null;
  return (
    <Box title={`${text.risk}: ${bundle.task.label}`}>
      <p class="risk">
        <strong>{percent(risk)}</strong>
        {isAbove === null ? null : <Tag tone={isAbove ? "warn" : "plain"}>{isAbove ? text.above : text.below}</Tag>}
      </p>
      <meter min={0} max={1} value={risk} aria-hidden="true" />
      {bundle.folds.length > 1 ? <p class="note">{`${text.between} ${percent(low)} – ${percent(high)}`}</p> : null}
      {alike ? (
        <p>
          {text.alike} <strong>{percent(alike.observed.value)}</strong>
          {alike.observed.low === null ? "" : ` (${percent(alike.observed.low)} – ${percent(alike.observed.high!)})`}{" "}
          {text.alikeTo}.
        </p>
      ) : (
        <p class="note">{text.alikeNone}</p>
      )}
    </Box>
  );
}

const shownDrivers = 12;

function Drivers({ verdict: { drivers } }: { verdict: Verdict }) {
  const most = Math.max(1e-6, ...drivers.map(({ change }) => Math.abs(change)));
  return (
    <Box title={text.drivers} note={text.driversNote}>
      {drivers.length === 0 ? <p class="note">{text.noDrivers}</p> : null}
      <ul class="drivers">
        {drivers.slice(0, shownDrivers).map(({ name, title, change }) => (
          <li key={name}>
            <span>{title}</span>
            <span class="driver-bar" aria-hidden="true">
              <span
                class={change > 0 ? "raises" : "lowers"}
                style={{ width: `${(50 * Math.abs(change)) / most}%`, [change > 0 ? "left" : "right"]: "50%" }}
              />
            </span>
            <span class="number">{`${change > 0 ? "+" : "−"}${percent(Math.abs(change))}`}</span>
          </li>
        ))}
      </ul>
    </Box>
  );
}

/** The triage level is counted as minus the level, so that more is worse; a reader knows the level. */
function pointsOf(id: string, points: number): string {
  return id === "ESI" ? `${text.level} ${-points}` : String(Number(points.toFixed(1)));
}

function Scores({ loaded, typed }: { loaded: Loaded; typed: Typed }) {
  const scores = countScores(loaded, typed);
  if (scores.length === 0) return null;
  return (
    <Box title={text.scores}>
      <Table
        caption={text.scores}
        rows={scores}
        keyOf={({ id }) => id}
        columns={[
          { title: text.score, cell: ({ title }) => title },
          { title: text.points, cell: ({ id, points }) => pointsOf(id, points), isNumber: true },
          {
            title: "",
            cell: ({ lacks }) =>
              lacks.length ? (
                <span class="note">{`${text.lacking} ${lacks.map((name) => text.inputs[name] ?? name).join(", ")}`}</span>
              ) : (
                ""
              ),
          },
        ]}
      />
    </Box>
  );
}
