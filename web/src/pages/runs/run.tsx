// One run: figures, report, threshold explorer, subgroups, and how to make it again.
import { Box, Command, count, estimate, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { text } from "./text.ts";
import { Threshold } from "./threshold.tsx";
import type { RunDetail } from "./types.ts";

export function Run({ id }: { id: string }) {
  const { answer, reload } = useAnswer<RunDetail>(`/runs/${id}`);
  return (
    <Shown of={answer} retry={reload}>
      {(run) => <Loaded run={run} />}
    </Shown>
  );
}

/** Figures of the main table shown at most; the report has them all. */
const shownFigures = 6;

function Loaded({ run }: { run: RunDetail }) {
  const { result } = run;
  const figures = result.models[0]?.metrics.slice(0, shownFigures) ?? [];
  const isEvent = (result.task.outcome ?? "event") === "event";
  const withSubgroups = result.models.filter(({ subgroups }) => subgroups.length > 1);
  return (
    <>
      <PageTitle title={run.title} lead={result.task.question}>
        <a href="/runs">{text.all}</a>
        <a href={`/api/runs/${run.id}/report`} target="_blank" rel="noreferrer">
          {text.reportAlone}
        </a>
      </PageTitle>
      <p class="row">
        <Tag>{run.task}</Tag>
        <Tag tone={run.mode === "faithful" ? "warn" : "plain"}>{run.mode}</Tag>
        <Tag>{run.data}</Tag>
        <span class="note">{`${count(run.stays)} ${text.rows}, ${count(run.patients)} ${text.patients}`}</span>
      </p>
      {run.warnings.length ? (
        <Box title={text.warnings}>
          <ul>
            {run.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Box>
      ) : null}
      <Box title={text.results} note={text.interval}>
        <Table
          caption={text.results}
          rows={result.models}
          keyOf={({ id }) => id}
          columns={[
            { title: text.model, cell: ({ title }) => title },
            ...figures.map((figure) => ({
              title: figure.title,
              isNumber: true,
              cell: ({ metrics }: RunDetail["result"]["models"][number]) => {
                const own = metrics.find((metric) => metric.id === figure.id);
                return own ? estimate(own) : "–";
              },
            })),
          ]}
        />
      </Box>
      {isEvent ? <Threshold run={run.id} models={result.models.filter(({ threshold }) => threshold)} /> : null}
      {withSubgroups.map((model) => (
        <Box title={`${text.subgroups}: ${model.title}`} note={text.subgroupNote} key={model.id}>
          <Table
            caption={`${text.subgroups}: ${model.title}`}
            rows={model.subgroups}
            keyOf={({ family, group }) => `${family} ${group}`}
            columns={[
              { title: text.group, cell: ({ family, group }) => (group === family ? group : `${family}: ${group}`) },
              { title: text.patients, cell: ({ patients }) => String(patients), isNumber: true },
              ...(model.subgroups[0]?.metrics ?? []).map((first, i) => ({
                title: first?.title ?? "",
                isNumber: true,
                cell: ({ metrics }: (typeof model.subgroups)[number]) =>
                  metrics[i] ? estimate(metrics[i]!) : text.withheld,
              })),
            ]}
          />
        </Box>
      ))}
      <Box title={text.openReport}>
        <iframe class="report" src={`/api/runs/${run.id}/report`} title={text.openReport} />
      </Box>
      <Box title={text.command} note={`${result.manifest.codeVersion}, ${text.seed} ${result.manifest.seed}`}>
        <Command words={result.manifest.command} />
      </Box>
    </>
  );
}
