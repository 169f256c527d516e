// One run: figures, report, threshold explorer, subgroups, and how to make it again.
import {
  Box,
  Command,
  count,
  Estimate,
  PageTitle,
  PassedFrame,
  PassedLink,
  Shown,
  Table,
  Tag,
  useAnswer,
} from "../../parts/index.tsx";
import { text } from "./text.ts";
import { Threshold } from "./threshold.tsx";
import type { Figure, RunDetail, SubgroupRow } from "./types.ts";

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
        <PassedLink path={`/api/runs/${run.id}/report`}>{text.reportAlone}</PassedLink>
      </PageTitle>
      <p class="row">
        <Tag>{run.task}</Tag>
        <Tag tone={run.mode === "faithful" ? "warn" : "plain"}>{run.mode}</Tag>
        <Tag>{run.data}</Tag>
        <span class="note">{`${count(run.stays)} ${result.cohort.attrition.unit}, ${count(run.patients)} ${text.patientsOf}`}</span>
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
                return own ? <Estimate of={own} /> : "–";
              },
            })),
          ]}
        />
      </Box>
      {isEvent ? <Threshold run={run.id} models={result.models.filter(({ threshold }) => threshold)} /> : null}
      {withSubgroups.map((model) => (
        <Subgroups model={model} key={model.id} />
      ))}
      <Box title={text.openReport}>
        <PassedFrame class="report" path={`/api/runs/${run.id}/report`} title={text.openReport} />
      </Box>
      <Box title={text.command} note={`${result.manifest.codeVersion}, ${text.seed} ${result.manifest.seed}`}>
        <Command words={result.manifest.command} />
      </Box>
    </>
  );
}

/** Figures by group, under the titles of whichever group shows any; where none does, that is said. */
function Subgroups({ model }: { model: RunDetail["result"]["models"][number] }) {
  const { subgroups } = model;
  const shown = subgroups.flatMap(({ metrics }) => metrics).filter((figure) => figure !== null);
  const titles = new Map(shown.map(({ id, title }) => [id, title]));
  const groups = subgroups.filter(({ family, group }) => !isEverybody({ family, group }));
  const isAllWithheld = groups.every(({ metrics }) => metrics.every((figure) => figure === null));
  const cell = (id: string) => (row: SubgroupRow) => {
    const own = row.metrics.find((figure): figure is Figure => figure?.id === id);
    return own ? <Estimate of={own} /> : <span class="note">{text.withheld}</span>;
  };
  return (
    <Box title={`${text.subgroups}: ${model.title}`} note={text.subgroupNote}>
      {isAllWithheld ? <p>{text.allWithheld}</p> : null}
      <Table
        caption={`${text.subgroups}: ${model.title}`}
        rows={subgroups}
        keyOf={({ family, group }) => `${family} ${group}`}
        columns={[
          { title: text.group, cell: (row) => (isEverybody(row) ? text.everybody : `${row.family}: ${row.group}`) },
          { title: text.patients, cell: ({ patients }) => String(patients), isNumber: true },
          ...[...titles].map(([id, title]) => ({ title, isNumber: true, cell: cell(id) })),
        ]}
      />
    </Box>
  );
}

function isEverybody({ family, group }: Pick<SubgroupRow, "family" | "group">): boolean {
  return family === "overall" || group === family;
}
