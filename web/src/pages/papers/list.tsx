// The papers as one would browse them: searched, narrowed down, ordered.
import { estimate, PageTitle, PassedLink, Shown, Tag, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import { text } from "./text.ts";
import type { Paper, Status } from "./types.ts";

export const tones: Readonly<Record<Status, "good" | "warn" | "plain">> = {
  runs: "good",
  "needs-data": "warn",
  planned: "plain",
};

/** Which data sets are not there, in words. */
export function missingWords({ missing }: Pick<Paper, "missing">): string {
  return text.missing(missing.map((id) => text.dataSets[id] ?? id));
}

export function List() {
  const { answer, reload } = useAnswer<Paper[]>("/papers");
  return (
    <>
      <PageTitle title={text.title} lead={text.lead}>
        <PassedLink path="/api/papers/feed.atom">{text.feed}</PassedLink>
      </PageTitle>
      <Shown of={answer} retry={reload}>
        {(papers) => <Browser papers={papers} />}
      </Shown>
    </>
  );
}

function Browser({ papers }: { papers: Paper[] }) {
  const wanted = (parameter("search") ?? "").toLowerCase();
  const modality = parameter("modality");
  const status = parameter("status");
  const order = parameter("order") ?? "newest";
  const modalities = [...new Set(papers.flatMap((paper) => paper.modalities))].sort();
  const found = papers
    .filter((paper) => !modality || paper.modalities.includes(modality))
    .filter((paper) => !status || paper.status === status)
    .filter((paper) => {
      const words = [paper.title, paper.summary, paper.citation, paper.kind, ...paper.tasks, ...paper.modalities];
      return words.join(" ").toLowerCase().includes(wanted);
    })
    .sort((a, b) => {
      if (order === "title") return a.title.localeCompare(b.title);
      const later = a.published < b.published ? 1 : -1;
      return order === "oldest" ? -later : later;
    });
  const choice = (name: string, label: string, options: readonly (readonly [string, string])[]) => (
    <label>
      {label}{" "}
      <select
        value={parameter(name) ?? ""}
        onChange={(event) => setParameters({ [name]: event.currentTarget.value || null })}
      >
        {options.map(([value, words]) => (
          <option value={value} key={value}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <form class="row filters" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label={text.search}
          placeholder={text.search}
          value={parameter("search") ?? ""}
          onInput={(event) => setParameters({ search: event.currentTarget.value })}
        />
        {choice("modality", text.modality, [["", text.any], ...modalities.map((name) => [name, name] as const)])}
        {choice("status", text.status, [["", text.any], ...Object.entries(text.statuses)])}
        {choice("order", text.sort, [
          ["", text.newest],
          ["oldest", text.oldest],
          ["title", text.byTitle],
        ])}
      </form>
      {found.length === 0 ? <p>{text.none}</p> : null}
      <ul class="papers">
        {found.map((paper) => (
          <Card paper={paper} key={paper.id} />
        ))}
      </ul>
    </>
  );
}

function Card({ paper }: { paper: Paper }) {
  const { ours } = paper;
  return (
    <li class="box paper">
      <h2>
        <a href={`/papers/${paper.id}`}>{paper.title}</a>
      </h2>
      <p class="row">
        <Tag tone={tones[paper.status]}>{text.statuses[paper.status]}</Tag>
        {paper.modalities.map((name) => (
          <Tag key={name}>{name}</Tag>
        ))}
        <span class="note">{paper.published}</span>
      </p>
      <p>{paper.summary}</p>
      <dl>
        <div>
          <dt>{text.published}</dt>
          <dd>{paper.headline}</dd>
        </div>
        {ours.map((own) => (
          <div key={own.mode}>
            <dt>{text.ours[own.mode]}</dt>
            <dd>
              <a href={`/runs/${own.run}`}>{`${own.metric} ${estimate(own)}`}</a>
              <span class="note">{` ${own.model}, ${own.data}`}</span>
            </dd>
          </div>
        ))}
        {paper.status === "needs-data" ? (
          <div>
            <dt>{text.statuses["needs-data"]}</dt>
            <dd class="note">{missingWords(paper)}</dd>
          </div>
        ) : null}
      </dl>
    </li>
  );
}
