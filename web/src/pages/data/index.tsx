// Data: the data sets of the folders, their tables, the clinical concepts in them.
import { useState } from "preact/hooks";
import { CallFailed, send } from "../../api.ts";
import { Box, count, Failure, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import { Jobs } from "../runs/jobs.tsx";
import { text } from "./text.ts";
import { ConceptValues } from "./values.tsx";
import "../runs/style.css";
import "./style.css";

interface Source {
  id: string;
  title: string;
  version: string;
  versionReason: string;
  dataUse: "open" | "credentialed" | "synthetic";
  tables: { table: string; rows: number | null; declaredRows: number | null; bytes: number | null }[];
  missing: { table: string; neededFor: string[] }[];
}

interface Overview {
  folders: string[];
  state: "none" | "found" | "imported";
  sources: Source[];
}

interface Coverage {
  concept: string;
  title: string;
  category: string;
  unit: string;
  rows: number;
  patients: number | null;
  share: number;
}

export default function Data(_: { parts: string[] }) {
  const { answer, reload } = useAnswer<Overview>("/data");
  return (
    <>
      <PageTitle title={text.title} lead={text.lead} />
      <Shown of={answer} retry={reload}>
        {(overview) => (
          <>
            {overview.state === "none" ? <p>{text.none}</p> : null}
            {overview.state === "found" ? <Import onDone={reload} /> : null}
            {overview.sources.map((source) => (
              <SourceBox source={source} key={source.id} />
            ))}
            {overview.state === "imported"
              ? overview.sources
                  .filter(({ id }) => id === "mimic-iv" || id === "mimic-iii")
                  .map(({ id, title }) => <Concepts source={id} title={title} key={id} />)
              : null}
          </>
        )}
      </Shown>
    </>
  );
}

function Import({ onDone }: { onDone: () => void }) {
  const [failure, setFailure] = useState<CallFailed>();
  const start = () =>
    send("/jobs/import").catch((cause) => {
      if (cause instanceof CallFailed) setFailure(cause);
    });
  return (
    <Box>
      {failure ? <Failure failure={failure} /> : null}
      <p>{text.found}</p>
      <button type="button" class="main" onClick={start}>
        {text.importNow}
      </button>
      <Jobs onEnded={onDone} />
    </Box>
  );
}

const megabytes = (bytes: number | null) => (bytes === null ? "" : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`);

function SourceBox({ source }: { source: Source }) {
  const rows = source.tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  return (
    <Box>
      <details>
        <summary>
          <strong>{`${source.title} ${source.version}`}</strong> <Tag>{text.use[source.dataUse]}</Tag>{" "}
          <span class="note">
            {`${source.tables.length} ${text.tables.toLowerCase()}${rows ? `, ${count(rows)} ${text.rows.toLowerCase()}` : ""}`}
          </span>
          {source.missing.length ? <Tag tone="warn">{`${text.missing}: ${source.missing.length}`}</Tag> : null}
        </summary>
        <p class="note">{`${text.version}: ${source.versionReason}`}</p>
        <Table
          caption={`${text.tables}: ${source.title}`}
          rows={source.tables}
          keyOf={({ table }) => table}
          columns={[
            { title: text.table, cell: ({ table }) => table },
            { title: text.rows, cell: (table) => (table.rows === null ? "" : count(table.rows)), isNumber: true },
            {
              title: text.declared,
              cell: ({ rows: found, declaredRows }) =>
                declaredRows === null ? (
                  ""
                ) : declaredRows === found ? (
                  "✓"
                ) : (
                  <Tag tone="warn">{count(declaredRows)}</Tag>
                ),
              isNumber: true,
            },
            { title: text.size, cell: ({ bytes }) => megabytes(bytes), isNumber: true },
          ]}
        />
        {source.missing.length ? (
          <ul>
            {source.missing.map(({ table, neededFor }) => (
              <li key={table}>{`${table}${neededFor.length ? ` (${text.neededFor} ${neededFor.join(", ")})` : ""}`}</li>
            ))}
          </ul>
        ) : null}
      </details>
    </Box>
  );
}

function Concepts({ source, title }: { source: string; title: string }) {
  const { answer, reload } = useAnswer<Coverage[]>(`/data/coverage?source=${source}`);
  const shown = parameter("concept");
  const isMine = (parameter("source") ?? source) === source;
  return (
    <>
      {shown && isMine ? (
        <ConceptValues
          source={source}
          concept={shown}
          onClose={() => setParameters({ concept: null, source: null })}
          key={shown}
        />
      ) : null}
      <Box title={`${text.coverage}: ${title}`} note={text.coverageNote}>
        <Shown of={answer} retry={reload}>
          {(concepts) => (
            <Table
              caption={text.coverage}
              rows={concepts}
              keyOf={({ concept }) => concept}
              columns={[
                {
                  title: text.concept,
                  cell: ({ concept, title: name }) => (
                    <button type="button" class="as-link" onClick={() => setParameters({ concept, source })}>
                      {name}
                    </button>
                  ),
                },
                { title: text.category, cell: ({ category }) => category },
                { title: text.unit, cell: ({ unit }) => unit },
                { title: text.rows, cell: (row) => count(row.rows), isNumber: true },
                {
                  title: text.patients,
                  cell: ({ patients }) => (patients === null ? text.withheld : count(patients)),
                  isNumber: true,
                },
                {
                  title: text.share,
                  cell: ({ share }) => (
                    <span class="share">
                      <meter min={0} max={1} value={share} aria-hidden="true" />{" "}
                      <span class="percent">{`${(100 * share).toFixed(0)} %`}</span>
                    </span>
                  ),
                  isNumber: true,
                },
              ]}
            />
          )}
        </Shown>
      </Box>
    </>
  );
}
