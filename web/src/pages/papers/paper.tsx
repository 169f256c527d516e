// One paper: what it is, its tasks with a way to run them, its faults, published figures and our results.
import { Box, Command, count, estimate, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { bestOf } from "../runs/list.tsx";
import { missingWords, tones } from "./list.tsx";
import { Produces } from "./produces.tsx";
import { text } from "./text.ts";
import type { PaperDetail } from "./types.ts";

export function PaperPage({ id }: { id: string }) {
  const { answer, reload } = useAnswer<PaperDetail>(`/papers/${id}`);
  return (
    <Shown of={answer} retry={reload}>
      {(paper) => <Loaded paper={paper} />}
    </Shown>
  );
}

function Loaded({ paper }: { paper: PaperDetail }) {
  return (
    <>
      <PageTitle title={paper.title} lead={paper.citation}>
        <a href="/">{text.all}</a>
      </PageTitle>
      <p class="row">
        <Tag tone={tones[paper.status]}>{text.statuses[paper.status]}</Tag>
        <Tag>{paper.kind}</Tag>
        {paper.modalities.map((name) => (
          <Tag key={name}>{name}</Tag>
        ))}
        {paper.missing.length ? <span class="note">{missingWords(paper)}</span> : null}
      </p>
      <Box title={text.about}>
        <p>{paper.summary}</p>
        {paper.about.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        <p>
          <strong>{text.headline}:</strong> {paper.headline}
        </p>
      </Box>
      {paper.produces ? <Produces paper={paper} produces={paper.produces} /> : <Tasks paper={paper} />}
      {paper.taskList.length ? (
        <>
          <Results paper={paper} mode="corrected" />
          <Results paper={paper} mode="faithful" />
        </>
      ) : null}
      {paper.faults.length ? <Faults paper={paper} /> : null}
      {paper.taskList.map((task) => (task.published.length ? <Published task={task} key={task.id} /> : null))}
    </>
  );
}

/** The published figures of a task, folded up: there may be a hundred. */
function Published({ task: { id, published } }: { task: PaperDetail["taskList"][number] }) {
  const sources = new Set(published.map(({ source }) => source));
  const title = `${text.publishedFigures}: ${id}`;
  return (
    <Box>
      <details>
        <summary>
          <strong>{title}</strong> <span class="note">{`${count(published.length)} ${text.figures}`}</span>
        </summary>
        {sources.size === 1 ? <p class="note">{`${text.sameSource} ${[...sources][0]}`}</p> : null}
        <Table
          caption={title}
          rows={published.map((row, i) => ({ ...row, key: String(i) }))}
          keyOf={({ key }) => key}
          columns={[
            { title: text.model, cell: ({ model }) => model },
            { title: text.metric, cell: ({ metric }) => metric },
            {
              title: text.value,
              cell: ({ value, plusMinus }) => `${value}${plusMinus === null ? "" : ` ± ${plusMinus}`}`,
              isNumber: true,
            },
            { title: text.data, cell: ({ data }) => data },
            ...(sources.size === 1 ? [] : [{ title: text.source, cell: ({ source }: { source: string }) => source }]),
          ]}
        />
      </details>
    </Box>
  );
}

function Tasks({ paper }: { paper: PaperDetail }) {
  return (
    <Box title={text.tasks}>
      {paper.taskList.length === 0 ? <p class="note">{text.planned}</p> : null}
      {paper.taskList.map((task) => (
        <div class="task" key={task.id}>
          <p class="row">
            <strong>{task.id}</strong>
            <a class="button" href={`/runs?task=${encodeURIComponent(task.id)}`}>
              {text.run}
            </a>
          </p>
          <p>{task.question}</p>
          <p class="note">{task.models.join(", ")}</p>
          <Command words={task.command} />
        </div>
      ))}
    </Box>
  );
}

/** The runs of one mode: what is faithful to the paper and what is corrected never stand in one list. */
function Results({ paper, mode }: { paper: PaperDetail; mode: "corrected" | "faithful" }) {
  const words = text.modes[mode];
  const runs = paper.runs.filter((run) => run.mode === mode);
  const reproduced = paper.faults.filter(({ faithful }) => faithful);
  return (
    <Box title={words.title} note={words.note}>
      {mode === "faithful" && reproduced.length ? (
        <p class="note">
          {text.reproducedCount(reproduced.length)}; <a href="#faults">{text.listedBelow}</a>.
        </p>
      ) : null}
      {runs.length === 0 ? (
        <p class="note">{words.none}</p>
      ) : (
        <Table
          caption={words.title}
          rows={runs}
          keyOf={({ id }) => id}
          columns={[
            { title: text.tasks, cell: ({ id, task }) => <a href={`/runs/${id}`}>{task}</a> },
            { title: "", cell: () => <Tag tone={mode === "faithful" ? "warn" : "plain"}>{words.tag}</Tag> },
            { title: text.data, cell: ({ data }) => data },
            {
              title: text.value,
              cell: (run) => {
                const best = bestOf(run);
                return best ? `${best.title}: ${best.headline.title} ${estimate(best.headline)}` : "";
              },
            },
          ]}
        />
      )}
    </Box>
  );
}

function Faults({ paper }: { paper: PaperDetail }) {
  return (
    <Box title={text.faults} note={text.faultsNote} id="faults">
      <ul class="faults">
        {paper.faults.map((fault) => (
          <li key={fault.id}>
            <strong>{fault.title}</strong> {fault.faithful ? <Tag>{text.reproduced}</Tag> : null}
            <p>
              <span class="note">{text.original}:</span> {fault.original}
            </p>
            <p>
              <span class="note">{text.corrected}:</span> {fault.corrected}
            </p>
          </li>
        ))}
      </ul>
    </Box>
  );
}
