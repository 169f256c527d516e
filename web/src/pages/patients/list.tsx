// The list of patients, a page at a time, narrowed down by sex, age and where they have been.
import { count, PageTitle, Shown, Table, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import { Pager } from "./pager.tsx";
import { text } from "./text.ts";

export interface PatientRow {
  id: string;
  name: string;
  sex: string | null;
  age: number | null;
  admissions: number;
  icuStays: number;
  edStays: number;
  died: boolean;
}

interface Answer {
  sources: string[];
  source: string;
  total: number;
  perPage: number;
  patients: PatientRow[];
}

const names = ["source", "page", "sex", "has", "minAge", "maxAge", "number"] as const;

export function List() {
  const asked = new URLSearchParams();
  for (const name of names) {
    const value = parameter(name);
    if (value) asked.set(name, value);
  }
  const { answer, reload } = useAnswer<Answer>(`/patients?${asked}`);
  const page = Number(parameter("page") ?? 0);
  const isEmpty = answer.state === "failed" && answer.failure.status === 409;
  return (
    <>
      <PageTitle title={text.title} lead={text.lead}>
        <a href="/patients/ecgs">{text.recordings}</a>
      </PageTitle>
      {isEmpty ? (
        <p>
          {text.noData} <a href="/data">{text.toData}</a>
        </p>
      ) : (
        <Shown of={answer} retry={reload}>
          {(found) => (
            <>
              <Filters found={found} />
              <p class="note">{`${count(found.total)} ${text.patients}`}</p>
              <Table
                caption={text.title}
                rows={found.patients}
                keyOf={({ id }) => id}
                columns={[
                  { title: text.number, cell: ({ id, name }) => <a href={`/patients/${id}`}>{name}</a> },
                  { title: text.sex, cell: ({ sex }) => (sex === "F" ? text.female : sex === "M" ? text.male : "") },
                  { title: text.age, cell: ({ age }) => age ?? "", isNumber: true },
                  { title: text.admissions, cell: (row) => count(row.admissions), isNumber: true },
                  { title: text.icuStays, cell: (row) => count(row.icuStays), isNumber: true },
                  { title: text.edStays, cell: (row) => count(row.edStays), isNumber: true },
                  { title: text.died, cell: ({ died }) => (died ? text.yes : text.no) },
                ]}
              />
              <Pager page={page} total={found.total} perPage={found.perPage} />
            </>
          )}
        </Shown>
      )}
    </>
  );
}

function Filters({ found }: { found: Answer }) {
  const change = (name: (typeof names)[number]) => (event: { currentTarget: { value: string } }) =>
    setParameters({ [name]: event.currentTarget.value || null, page: null });
  const ages = (name: "minAge" | "maxAge") => (
    <input
      type="number"
      min={0}
      max={120}
      value={parameter(name) ?? ""}
      onChange={change(name)}
      aria-label={`${text.age} ${name === "minAge" ? text.from : text.to}`}
    />
  );
  return (
    <form class="row filters" onSubmit={(event) => event.preventDefault()}>
      {found.sources.length > 1 ? (
        <label>
          {text.source}{" "}
          <select value={found.source} onChange={change("source")}>
            {found.sources.map((source) => (
              <option key={source}>{source}</option>
            ))}
          </select>
        </label>
      ) : null}
      <label>
        {text.sex}{" "}
        <select value={parameter("sex") ?? ""} onChange={change("sex")}>
          <option value="">{text.any}</option>
          <option value="F">{text.female}</option>
          <option value="M">{text.male}</option>
        </select>
      </label>
      <label>
        {text.has}{" "}
        <select value={parameter("has") ?? ""} onChange={change("has")}>
          <option value="">{text.any}</option>
          <option value="icu">{text.icu}</option>
          <option value="ed">{text.ed}</option>
        </select>
      </label>
      <span class="row">
        {text.age} {text.from} {ages("minAge")} {text.to} {ages("maxAge")}
      </span>
      <label>
        {text.number}{" "}
        <input
          inputMode="numeric"
          pattern="[0-9]*"
          size={10}
          value={parameter("number") ?? ""}
          onChange={change("number")}
        />
      </label>
    </form>
  );
}
