// The leaderboard: choose runs, see their models beside each other with paired differences.
import { useRef } from "preact/hooks";
import { useWidth } from "../../parts/canvas.ts";
import { Box, count, Estimate, PageTitle, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { parameter, setParameters } from "../../router.ts";
import type { Figure, RunSummary } from "../runs/types.ts";
import "./style.css";
import { text } from "./text.ts";

interface Range {
  value: number;
  low: number | null;
  high: number | null;
}

interface Entry {
  run: string;
  model: string;
  title: string;
  mode: string;
  metrics: Figure[];
  differences: { id: string; difference: Range; p: number | null; adjusted: number | null }[];
  trainSeconds: number;
}

interface Board {
  task: { id: string; title: string };
  data: { title: string; version: string };
  patients: number;
  rows: number;
  metrics: { id: string; title: string; higherIsBetter: boolean }[];
  leader: string;
  entries: Entry[];
  bestPossible?: Figure[];
}

interface Leaderboard {
  boards: Board[];
  notComparable: { run: string; task: string; why: string }[];
}

export default function LeaderboardPage(_: { parts: string[] }) {
  const { answer, reload } = useAnswer<RunSummary[]>("/runs");
  const chosen = (parameter("runs") ?? "").split(",").filter(Boolean);
  return (
    <>
      <PageTitle title={text.title} lead={text.lead} />
      <Box title={text.choose}>
        <Shown of={answer} retry={reload}>
          {(runs) => (runs.length ? <Choice runs={runs} chosen={chosen} /> : <p class="note">{text.none}</p>)}
        </Shown>
      </Box>
      {chosen.length ? <Boards chosen={chosen} key={chosen.join()} /> : <p class="note">{text.nothing}</p>}
    </>
  );
}

function Choice({ runs, chosen }: { runs: RunSummary[]; chosen: string[] }) {
  const toggle = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id];
    setParameters({ runs: next.join(",") || null });
  };
  return (
    <ul class="choices">
      {runs.map(({ id, name, task, data }) => (
        <li key={id}>
          <label>
            <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} /> {name}{" "}
            <span class="note">{`${task}, ${data}`}</span>
          </label>
        </li>
      ))}
    </ul>
  );
}

function Boards({ chosen }: { chosen: string[] }) {
  const { answer, reload } = useAnswer<Leaderboard>(`/leaderboard?runs=${chosen.join(",")}`);
  return (
    <Shown of={answer} retry={reload}>
      {({ boards, notComparable }) => (
        <>
          {boards.map((board) => (
            <BoardBox board={board} key={board.task.id} />
          ))}
          {notComparable.length ? (
            <Box title={text.left}>
              <ul>
                {grouped(notComparable).map(({ task, why, runs }) => (
                  <li key={`${task} ${why}`}>{`${task}: ${why}: ${runs.join(", ")}`}</li>
                ))}
              </ul>
            </Box>
          ) : null}
        </>
      )}
    </Shown>
  );
}

/** What is left out for the same reason, together. */
function grouped(left: Leaderboard["notComparable"]): { task: string; why: string; runs: string[] }[] {
  const groups = new Map<string, { task: string; why: string; runs: string[] }>();
  for (const { run, task, why } of left) {
    const key = `${task}\n${why}`;
    const group = groups.get(key) ?? { task, why, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Figures shown beside the first at most. */
const shownFigures = 4;

function BoardBox({ board }: { board: Board }) {
  const [first] = board.metrics;
  const isLeader = ({ run, model }: Entry) => `${run}/${model}` === board.leader;
  return (
    <Box title={`${board.task.id}: ${board.task.title}`} note={text.note}>
      <p class="row">
        <Tag>{`${board.data.title} ${board.data.version}`}</Tag>
        <span class="note">{`${count(board.patients)} ${text.patients}, ${count(board.rows)} ${text.rows}`}</span>
      </p>
      {first ? <Whiskers board={board} metric={first.id} /> : null}
      <Table
        caption={board.task.title}
        rows={board.entries}
        keyOf={({ run, model }) => `${run}/${model}`}
        columns={[
          {
            title: text.model,
            cell: (entry) => (
              <>
                {entry.title} {isLeader(entry) ? <Tag tone="good">{text.best}</Tag> : null}
              </>
            ),
          },
          { title: text.run, cell: ({ run }) => run },
          ...board.metrics.slice(0, shownFigures).map(({ id, title }) => ({
            title,
            isNumber: true,
            cell: ({ metrics }: Entry) => {
              const own = metrics.find((metric) => metric.id === id);
              return own ? <Estimate of={own} /> : "–";
            },
          })),
          {
            title: text.difference,
            isNumber: true,
            cell: (entry) => {
              const own = entry.differences.find(({ id }) => id === first?.id);
              return own && !isLeader(entry) ? <Estimate of={own.difference} /> : "–";
            },
          },
          {
            title: text.p,
            isNumber: true,
            cell: ({ differences }) => {
              const own = differences.find(({ id }) => id === first?.id);
              return own?.adjusted == null ? "–" : own.adjusted < 0.001 ? "< 0.001" : own.adjusted.toFixed(3);
            },
          },
          { title: text.seconds, isNumber: true, cell: ({ trainSeconds }) => `${trainSeconds.toFixed(1)} s` },
        ]}
      />
    </Box>
  );
}

const rowHeight = 26;

/** The first figure of every model as a point with its interval, the best that is possible as a line. */
function Whiskers({ board, metric }: { board: Board; metric: string }) {
  const place = useRef<SVGSVGElement>(null);
  const width = Math.max(300, Math.min(900, useWidth(place)));
  const isNarrow = width < 520;
  const left = isNarrow ? 120 : 230;
  const tickCount = isNarrow ? 3 : 5;
  const rows = board.entries.flatMap((entry) => {
    const figure = entry.metrics.find(({ id }) => id === metric);
    return figure ? [{ entry, figure }] : [];
  });
  const possible = board.bestPossible?.find(({ id }) => id === metric);
  const ends = rows.flatMap(({ figure }) => [figure.low ?? figure.value, figure.high ?? figure.value]);
  if (possible) ends.push(possible.value);
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const margin = (high - low || 1) * 0.06;
  const x = (value: number) => left + ((value - low + margin) / (high - low + 2 * margin)) * (width - left - 10);
  const height = rows.length * rowHeight + 26;
  const title = board.metrics.find(({ id }) => id === metric)!.title;
  const ticks = Array.from({ length: tickCount }, (_, i) => low + ((high - low) * i) / (tickCount - 1));
  return (
    <svg ref={place} class="whiskers" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={title}>
      <title>{title}</title>
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={0} y2={height - 22} class="rule" />
          <text x={x(tick)} y={height - 8} text-anchor="middle">
            {tick.toPrecision(3)}
          </text>
        </g>
      ))}
      {possible ? (
        <line x1={x(possible.value)} x2={x(possible.value)} y1={0} y2={height - 22} class="possible">
          <title>{text.possible}</title>
        </line>
      ) : null}
      {rows.map(({ entry, figure }, i) => {
        const y = i * rowHeight + rowHeight / 2;
        return (
          <g key={`${entry.run}/${entry.model}`}>
            <text x={left - 8} y={y + 4} text-anchor="end" class="name">
              <title>{entry.title}</title>
              {entry.title.length * 6.5 > left ? `${entry.title.slice(0, Math.floor(left / 7))}…` : entry.title}
            </text>
            <line
              x1={x(figure.low ?? figure.value)}
              x2={x(figure.high ?? figure.value)}
              y1={y}
              y2={y}
              class="interval"
            />
            <circle cx={x(figure.value)} cy={y} r={4.5} class="point" />
          </g>
        );
      })}
    </svg>
  );
}
