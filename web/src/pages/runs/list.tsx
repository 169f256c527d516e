// The runs page: start, queue, results.
import { useState } from "preact/hooks";
import { Box, count, estimate, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { Jobs } from "./jobs.tsx";
import { Start } from "./start.tsx";
import { text } from "./text.ts";
import type { RunSummary } from "./types.ts";

/** The model with the best first figure. */
export function bestOf({ models }: RunSummary) {
  const known = models.flatMap((model) => (model.headline ? [{ ...model, headline: model.headline }] : []));
  return known.sort((a, b) =>
    a.headline.higherIsBetter ? b.headline.value - a.headline.value : a.headline.value - b.headline.value,
  )[0];
}

export function List() {
  const { answer, reload } = useAnswer<RunSummary[]>("/runs");
  const [chosen, setChosen] = useState<string[]>([]);
  const toggle = (id: string) =>
    setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id]);
  return (
    <>
      <PageTitle title={text.title} lead={text.lead}>
        {chosen.length > 0 ? <a href={`/leaderboard?runs=${chosen.join(",")}`}>{text.compare}</a> : null}
      </PageTitle>
      <div class="two">
        <Box title={text.start}>
          <Start />
        </Box>
        <Box title={text.queue}>
          <Jobs onEnded={reload} />
        </Box>
      </div>
      <Box title={text.done}>
        <Shown of={answer} retry={reload}>
          {(runs) =>
            runs.length === 0 ? (
              <p class="note">{text.noRuns}</p>
            ) : (
              <Table
                caption={text.done}
                rows={runs}
                keyOf={({ id }) => id}
                columns={[
                  {
                    title: "",
                    cell: ({ id, name }) => (
                      <input
                        type="checkbox"
                        aria-label={`${text.choose}: ${name}`}
                        checked={chosen.includes(id)}
                        onChange={() => toggle(id)}
                      />
                    ),
                  },
                  { title: text.run, cell: ({ id, name }) => <a href={`/runs/${id}`}>{name}</a> },
                  {
                    title: text.task,
                    cell: ({ task, mode }) => (
                      <>
                        {task} {mode === "faithful" ? <Tag tone="warn">{mode}</Tag> : null}
                      </>
                    ),
                  },
                  { title: text.data, cell: ({ data }) => data },
                  { title: text.rows, cell: ({ stays }) => count(stays), isNumber: true },
                  {
                    title: text.best,
                    cell: (run) => {
                      const best = bestOf(run);
                      return best ? `${best.title}: ${best.headline.title} ${estimate(best.headline)}` : "";
                    },
                  },
                  { title: text.when, cell: ({ startedAt }) => startedAt.slice(0, 16).replace("T", " ") },
                ]}
              />
            )
          }
        </Shown>
      </Box>
    </>
  );
}
