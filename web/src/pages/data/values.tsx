// The values of one concept: a small histogram an item, and how often it is measured by hour.
import { Box, count, Shown, useAnswer } from "../../parts/index.tsx";
import { text } from "./text.ts";

interface Item {
  id: number;
  label: string;
  unit: string;
  rows: number;
  without: number;
  low: number | null;
  median: number | null;
  high: number | null;
  bins: number[];
}

interface Values {
  concept: string;
  title: string;
  unit: string;
  min: number | null;
  max: number | null;
  items: Item[];
  hours: number[];
}

export function ConceptValues({ source, concept, onClose }: { source: string; concept: string; onClose: () => void }) {
  const { answer, reload } = useAnswer<Values>(`/data/concepts/${concept}?source=${source}`);
  return (
    <Box title={text.values} note={text.valuesNote}>
      <Shown of={answer} retry={reload}>
        {(values) => (
          <>
            <p class="row">
              <strong>{values.title}</strong>
              <span class="note">
                {values.min === null && values.max === null
                  ? values.unit
                  : `${text.limits}: ${values.min ?? "–"} … ${values.max ?? "–"} ${values.unit}`}
              </span>
              <button type="button" onClick={onClose}>
                {text.close}
              </button>
            </p>
            <div class="grid">
              {values.items.map((item) => (
                <Histogram item={item} key={item.id} />
              ))}
              <Hours shares={values.hours} />
            </div>
          </>
        )}
      </Shown>
    </Box>
  );
}

const [width, height] = [300, 90];
const short = (value: number | null) => (value === null ? "–" : String(Number(value.toPrecision(4))));

function Histogram({ item }: { item: Item }) {
  const most = Math.max(1, ...item.bins);
  const wide = width / item.bins.length;
  const words = `${item.label}: ${count(item.rows)}, ${text.median} ${short(item.median)} ${item.unit}`;
  return (
    <figure class="small-chart">
      <figcaption>
        <strong>{item.label}</strong> <span class="note">{`${item.unit}, ${count(item.rows)}`}</span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height + 18}`} role="img" aria-label={words}>
        <title>{words}</title>
        {item.bins.map((rows, i) => (
          <rect
            key={i}
            x={i * wide + 0.5}
            width={wide - 1}
            y={height - (rows / most) * height}
            height={(rows / most) * height}
            class="bar"
          />
        ))}
        <text x={0} y={height + 14}>
          {short(item.low)}
        </text>
        <text x={width} y={height + 14} text-anchor="end">
          {short(item.high)}
        </text>
        <text x={width / 2} y={height + 14} text-anchor="middle">
          {`${text.median} ${short(item.median)}`}
        </text>
      </svg>
      {item.without > 0 ? <p class="note">{`${count(item.without)} ${text.without}`}</p> : null}
    </figure>
  );
}

function Hours({ shares }: { shares: number[] }) {
  if (shares.length === 0) return null;
  const wide = width / shares.length;
  return (
    <figure class="small-chart">
      <figcaption>
        <strong>{text.hours}</strong>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height + 18}`} role="img" aria-label={text.hours}>
        <title>{text.hours}</title>
        {shares.map((share, hour) => (
          <rect
            key={hour}
            x={hour * wide + 0.5}
            width={wide - 1}
            y={height - share * height}
            height={share * height}
            class="bar two"
          />
        ))}
        <text x={0} y={height + 14}>
          0 h
        </text>
        <text x={width} y={height + 14} text-anchor="end">{`${shares.length} h`}</text>
        <text x={width / 2} y={height + 14} text-anchor="middle">
          {`${(100 * (shares.reduce((sum, share) => sum + share, 0) / shares.length)).toFixed(0)} %`}
        </text>
      </svg>
      <p class="note">{text.hoursNote}</p>
    </figure>
  );
}
