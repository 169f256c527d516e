// The ECG recordings of the records, a page at a time, those of data sets without a table of patients among them.
import { count, PageTitle, Shown, Table, useAnswer } from "../../../parts/index.tsx";
import { parameter, setParameters } from "../../../router.ts";
import { text as patients } from "../text.ts";
import { text } from "./text.ts";

interface Answer {
  total: number;
  perPage: number;
  ecgs: { id: string; source: string; name: string; time: number | null }[];
}

export function EcgList() {
  const page = Number(parameter("page") ?? 0);
  const { answer, reload } = useAnswer<Answer>(`/ecgs?page=${page}`);
  return (
    <>
      <PageTitle title={text.listTitle} lead={text.listLead}>
        <a href="/patients">{patients.all}</a>
      </PageTitle>
      <Shown of={answer} retry={reload}>
        {(found) =>
          found.total === 0 ? (
            <p class="note">{text.listNone}</p>
          ) : (
            <>
              <p class="note">{`${count(found.total)} ${text.recordings}`}</p>
              <Table
                caption={text.listTitle}
                rows={found.ecgs}
                keyOf={({ id }) => id}
                columns={[
                  { title: text.number, cell: ({ id, name }) => <a href={`/patients/ecgs/${id}`}>{name}</a> },
                  { title: text.source, cell: ({ source }) => text.sources[source] ?? source },
                  { title: text.time, cell: ({ time }) => (time === null ? "" : timeOf(time)) },
                ]}
              />
              <p class="row">
                <button
                  type="button"
                  disabled={page === 0}
                  onClick={() => setParameters({ page: page > 1 ? String(page - 1) : null })}
                >
                  {patients.earlier}
                </button>
                <span>{`${page + 1} / ${Math.max(1, Math.ceil(found.total / found.perPage))}`}</span>
                <button
                  type="button"
                  disabled={(page + 1) * found.perPage >= found.total}
                  onClick={() => setParameters({ page: String(page + 1) })}
                >
                  {patients.later}
                </button>
              </p>
            </>
          )
        }
      </Shown>
    </>
  );
}

/** A moment of the data set's own calendar: 2150-03-12 15:34. */
export function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 16).replace("T", " ");
}
