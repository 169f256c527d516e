// Cohorts: a task's file on the left, who stays in on the right, counted anew as it is written.
import { useEffect, useRef, useState } from "preact/hooks";
import { CallFailed, read, send } from "../../api.ts";
import { Box, count, Failure, PageTitle, Progress, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import type { Task } from "../runs/types.ts";
import { Editor, type Word } from "./editor.tsx";
import { type Funnel, FunnelBars } from "./funnel.tsx";
import "./style.css";
import { text } from "./text.ts";

interface Draft {
  id: string;
  state: "running" | "done" | "failed" | "stopped";
  stage: string;
  share: number | null;
  problem: { what: string; where: string | null; why: string | null; fix: string | null } | null;
  funnel: Funnel | null;
  label: { title: string; kind: string; per: string; rows: number; positives: number; mean: number } | null;
  stays: number;
  patients: number;
  tableOne: { groups: string[]; rows: { title: string; level?: boolean; cells: string[] }[] } | null;
  warnings: string[];
  samples: { patient: string; label: number }[];
}

interface Complaint {
  line: number | null;
  what: string;
  fix: string | null;
}

type Mode = "corrected" | "faithful";

export default function Cohorts(_: { parts: string[] }) {
  const { answer, reload } = useAnswer<Task[]>("/tasks");
  return (
    <>
      <PageTitle title={text.title} lead={text.lead} />
      <Shown of={answer} retry={reload}>
        {(tasks) => <Workplace tasks={tasks.filter(({ isWritten }) => isWritten)} />}
      </Shown>
    </>
  );
}

function Workplace({ tasks }: { tasks: Task[] }) {
  const asked = parameter("task");
  const task = tasks.find(({ id }) => id === asked)?.id ?? tasks[0]!.id;
  const mode: Mode = parameter("mode") === "faithful" ? "faithful" : "corrected";
  const [yaml, setYaml] = useState<string>();
  const [words, setWords] = useState<Word[]>([]);
  useEffect(() => {
    void read<Word[]>("/tasks/words").then(setWords);
  }, []);
  useEffect(() => {
    const stop = new AbortController();
    read<{ yaml: string }>(`/tasks/${task}`, stop.signal)
      .then((found) => setYaml(found.yaml))
      .catch(() => {});
    return () => stop.abort();
  }, [task]);
  const complaint = useComplaint(yaml);
  const { draft, failure } = useDraft(complaint === null ? yaml : undefined, mode);
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([yaml ?? ""], { type: "text/yaml" }));
    link.download = `${task.replaceAll("/", "-")}.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  return (
    <div class="cohorts">
      <Box>
        <div class="row">
          <label>
            {text.task}{" "}
            <select value={task} onChange={(event) => setParameters({ task: event.currentTarget.value })}>
              {tasks.map(({ id }) => (
                <option value={id} key={id}>
                  {id}
                </option>
              ))}
            </select>
          </label>
          <label>
            {text.mode}{" "}
            <select value={mode} onChange={(event) => setParameters({ mode: event.currentTarget.value })}>
              <option value="corrected">{text.corrected}</option>
              <option value="faithful">{text.faithful}</option>
            </select>
          </label>
          <button type="button" onClick={save}>
            {text.download}
          </button>
          <a href={`/runs?task=${encodeURIComponent(task)}`}>{text.run}</a>
        </div>
        {yaml === undefined ? null : (
          <Editor value={yaml} onValue={setYaml} words={words} wrongLine={complaint?.line ?? null} />
        )}
        <p class="note" id="editor-help">
          {text.editorHelp}
        </p>
        <div role="status">
          {complaint ? (
            <p class="complaint">
              {complaint.line ? <a href="#editor-help">{`${text.line} ${complaint.line}`}</a> : null} {complaint.what}.{" "}
              {complaint.fix}
            </p>
          ) : complaint === null ? (
            <p class="note">{text.fine}</p>
          ) : null}
        </div>
      </Box>
      <div>
        <Box title={text.funnel}>
          {failure ? failure.status === 409 ? <p class="note">{text.noData}</p> : <Failure failure={failure} /> : null}
          {draft?.state === "running" ? (
            <Progress share={draft.share} label={`${text.counting}: ${draft.stage}`} />
          ) : null}
          {draft?.problem ? (
            <p class="complaint">
              {[draft.problem.what, draft.problem.why, draft.problem.fix].filter(Boolean).join(". ")}
            </p>
          ) : null}
          {draft?.funnel ? <FunnelBars funnel={draft.funnel} isOld={draft.state === "running"} /> : null}
        </Box>
        {draft?.state === "done" ? <Counted draft={draft} /> : null}
      </div>
      {draft?.state === "done" && draft.tableOne ? <TableOne tableOne={draft.tableOne} /> : null}
    </div>
  );
}

function Counted({ draft }: { draft: Draft }) {
  const { label, warnings, samples } = draft;
  return (
    <>
      <Box title={text.cohort}>
        <p class="row">
          <Tag>{`${count(draft.stays)} ${text.stays}`}</Tag>
          <Tag>{`${count(draft.patients)} ${text.patients}`}</Tag>
          {label && label.kind === "binary" ? <Tag>{`${count(label.positives)} ${text.withEvent}`}</Tag> : null}
          {label && label.per === "hour" ? <Tag>{`${count(label.rows)} ${text.rows}`}</Tag> : null}
          {label && label.kind !== "binary" ? <Tag>{`${text.mean} ${label.mean.toPrecision(4)}`}</Tag> : null}
        </p>
        {label ? <p class="note">{label.title}</p> : null}
        {warnings.map((warning) => (
          <p class="note" key={warning}>
            {warning}
          </p>
        ))}
      </Box>
      {samples.length ? (
        <Box title={text.samples} note={text.samplesNote}>
          <p class="row">
            {samples.map(({ patient, label: value }, i) => (
              <a href={`/patients/${patient}`} key={patient}>
                {`${text.patient} ${i + 1}`}{" "}
                {label?.kind === "binary" ? (
                  <Tag tone={value > 0 ? "warn" : "plain"}>{value > 0 ? text.event : text.noEvent}</Tag>
                ) : null}
              </a>
            ))}
          </p>
        </Box>
      ) : null}
    </>
  );
}

function TableOne({ tableOne }: { tableOne: NonNullable<Draft["tableOne"]> }) {
  return (
    <div class="table-one">
      <Box title={text.tableOne}>
        <Table
          caption={text.tableOne}
          rows={tableOne.rows.map((row, i) => ({ ...row, key: `${i} ${row.title}` }))}
          keyOf={({ key }) => key}
          columns={[
            { title: "", cell: ({ title, level }) => (level ? <span class="level">{title}</span> : title) },
            ...tableOne.groups.map((group, i) => ({
              title: group,
              isNumber: true,
              cell: ({ cells }: { cells: string[] }) => cells[i] ?? "",
            })),
          ]}
        />
      </Box>
    </div>
  );
}

const waitMs = 350;

/** What is wrong with the text; null where nothing is, undefined while it is not known. */
function useComplaint(yaml: string | undefined): Complaint | null | undefined {
  // what was found belongs to the text it was found in: a changed text is not yet known to be well formed
  const [found, setFound] = useState<{ yaml: string; complaint: Complaint | null }>();
  useEffect(() => {
    if (yaml === undefined) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      send<{ problem: Complaint | null }>("/tasks/check", { yaml }, stop.signal)
        .then(({ problem }) => setFound({ yaml, complaint: problem }))
        .catch(() => {});
    }, waitMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [yaml]);
  return found && found.yaml === yaml ? found.complaint : undefined;
}

/** The draft of a text that is well formed; the last one stays while the next is counted. */
function useDraft(yaml: string | undefined, mode: Mode): { draft: Draft | undefined; failure: CallFailed | undefined } {
  const [draft, setDraft] = useState<Draft>();
  const [failure, setFailure] = useState<CallFailed>();
  const last = useRef<Funnel | null>(null);
  useEffect(() => {
    if (yaml === undefined) return;
    const stop = new AbortController();
    const keep = (next: Draft) => {
      if (next.funnel) last.current = next.funnel;
      setDraft({ ...next, funnel: next.funnel ?? last.current });
    };
    const follow = async () => {
      let next = await send<Draft>("/cohorts/draft", { yaml, mode }, stop.signal);
      while (!stop.signal.aborted) {
        keep(next);
        if (next.state !== "running") return;
        await new Promise((done) => setTimeout(done, waitMs));
        next = await read<Draft>(`/cohorts/draft/${next.id}`, stop.signal);
      }
    };
    setFailure(undefined);
    follow().catch((cause) => {
      if (!stop.signal.aborted && cause instanceof CallFailed) setFailure(cause);
    });
    return () => stop.abort();
  }, [yaml, mode]);
  return { draft, failure };
}
