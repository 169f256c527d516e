// The ECG recordings of the records, a page at a time, those of data sets without a table of patients among them.
import { count, PageTitle, Shown, Table, useAnswer } from "../../../parts/index.tsx";
import { parameter } from "../../../router.ts";
import { Pager } from "../pager.tsx";
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
              <Pager page={page} total={found.total} perPage={found.perPage} />
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
