// Risks of a patient over time by the models of finished runs, and what drove the one chosen.
import { useRef, useState } from "preact/hooks";
import { useWidth } from "../../parts/canvas.ts";
import { Box, Shown, Table, Tag, useAnswer } from "../../parts/index.tsx";
import { text } from "./text.ts";
import { timeText } from "./time-scale.ts";

interface Point {
  stay: string;
  hour: number | null;
  time: number;
  risk: number;
  outcome: boolean;
}

interface Series {
  run: string;
  model: string;
  title: string;
  task: string;
  mode: "corrected" | "faithful";
  label: string;
  threshold: number | null;
  points: Point[];
}

const [height, left] = [120, 48];

export function Risks({ patient, base }: { patient: string; base: number }) {
  const { answer } = useAnswer<Series[]>(`/patients/${patient}/risks`);
  const [chosen, setChosen] = useState<{ series: Series; point: Point }>();
  if (!answer.value?.length) return null;
  return (
    <Box title={text.risks} note={text.risksNote}>
      {answer.value.map((series) => (
        <Curve
          series={series}
          base={base}
          chosen={chosen?.series.run === series.run && chosen.series.model === series.model ? chosen.point.time : null}
          onChosen={(point) => setChosen({ series, point })}
          key={`${series.run} ${series.model}`}
        />
      ))}
      {chosen ? (
        <Drivers
          series={chosen.series}
          point={chosen.point}
          base={base}
          key={`${chosen.series.run}${chosen.series.model}${chosen.point.time}`}
        />
      ) : null}
    </Box>
  );
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

interface CurveProps {
  series: Series;
  base: number;
  /** The time of the point chosen. */
  chosen: number | null;
  onChosen: (point: Point) => void;
}

function Curve({ series, base, chosen, onChosen }: CurveProps) {
  const { points, threshold } = series;
  const head = useRef<HTMLParagraphElement>(null);
  const width = Math.max(300, Math.min(930, useWidth(head)));
  const [first, last] = [points[0]!.time, points.at(-1)!.time];
  const x = (time: number) => left + ((time - first) / Math.max(1, last - first)) * (width - left - 12);
  const top = Math.min(1, Math.max(0.05, ...points.map(({ risk }) => risk), threshold ?? 0) * 1.15);
  const y = (risk: number) => 8 + (1 - risk / top) * (height - 30);
  const name = `${series.task}, ${series.title}`;
  const word = ({ time, risk, outcome }: Point) =>
    `${timeText(time / 60_000 - base / 60_000, base)}: ${percent(risk)}, ${outcome ? text.happened : text.not}`;
  const isFew = points.length <= 24;
  return (
    <div class="risk-curve">
      <p class="row" ref={head}>
        <strong>{name}</strong> <span class="note">{series.label}</span>
        {series.mode === "faithful" ? <Tag tone="warn">{text.faithfulTag}</Tag> : null}
      </p>
      {isFew ? (
        <ul class="risk-list">
          {points.map((point) => (
            <li key={point.time}>
              <button type="button" aria-pressed={chosen === point.time} onClick={() => onChosen(point)}>
                <span class="risk-value">
                  {percent(point.risk)}{" "}
                  {threshold !== null && point.risk >= threshold ? <Tag tone="warn">{text.above}</Tag> : null}
                </span>
                <span class="note">{`${timeText(point.time / 60_000 - base / 60_000, base)}, ${point.outcome ? text.happened : text.not}`}</span>
              </button>
            </li>
          ))}
        </ul>
      ) : (
        <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={name}>
          <title>{name}</title>
          <text x={left - 5} y={14} text-anchor="end">
            {percent(top)}
          </text>
          <text x={left - 5} y={height - 20} text-anchor="end">
            0
          </text>
          {threshold === null ? null : (
            <line x1={left} x2={width - 12} y1={y(threshold)} y2={y(threshold)} class="threshold" />
          )}
          <path
            d={points
              .map(
                ({ time, risk, stay }, i) =>
                  `${i === 0 || stay !== points[i - 1]!.stay ? "M" : "L"}${x(time).toFixed(1)} ${y(risk).toFixed(1)}`,
              )
              .join("")}
            class="curve"
          />
          {points.map((point) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the slider below chooses the same points by keyboard
            <circle
              cx={x(point.time)}
              cy={y(point.risk)}
              r={3}
              class={point.outcome ? "came" : ""}
              onClick={() => onChosen(point)}
              key={point.time}
            >
              <title>{word(point)}</title>
            </circle>
          ))}
        </svg>
      )}
      {isFew ? null : (
        <input
          type="range"
          min={0}
          max={points.length - 1}
          aria-label={name}
          onChange={(event) => onChosen(points[Number(event.currentTarget.value)]!)}
        />
      )}
    </div>
  );
}

function Drivers({ series, point, base }: { series: Series; point: Point; base: number }) {
  const hour = point.hour === null ? "" : `?hour=${point.hour}`;
  const { answer, reload } = useAnswer<{ risk: number; drivers: { name: string; title: string; change: number }[] }>(
    `/risks/${series.run}/${series.model}/${point.stay}/drivers${hour}`,
  );
  return (
    <>
      <h3>{`${text.drivers}: ${timeText(point.time / 60_000 - base / 60_000, base)}, ${percent(point.risk)}`}</h3>
      <Shown of={answer} retry={reload}>
        {({ drivers }) => (
          <Table
            caption={text.drivers}
            rows={drivers.slice(0, 10)}
            keyOf={({ name }) => name}
            columns={[
              { title: text.what, cell: ({ title }) => title },
              {
                title: text.value,
                isNumber: true,
                cell: ({ change }) => `${change > 0 ? "+" : "−"}${percent(Math.abs(change))}`,
              },
            ]}
          />
        )}
      </Shown>
    </>
  );
}
