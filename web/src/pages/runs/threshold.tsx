// The threshold explorer: drag it over the counts of held-out stays and see who would be called.
import { useEffect, useRef, useState } from "preact/hooks";
import { useWidth } from "../../parts/canvas.ts";
import { Box, count, Shown, useAnswer } from "../../parts/index.tsx";
import { text } from "./text.ts";

interface Counts {
  rows: number;
  positives: number;
  thresholds: number[];
  truePositives: (number | null)[];
  falsePositives: (number | null)[];
}

interface ThresholdProps {
  run: string;
  models: { id: string; title: string; threshold?: { value: number; rule: string } }[];
}

export function Threshold({ run, models }: ThresholdProps) {
  const [model, setModel] = useState(models[0]!.id);
  const { answer } = useAnswer<Counts>(`/runs/${run}/thresholds?model=${model}`);
  const chosen = models.find(({ id }) => id === model)!.threshold;
  return (
    <Box title={text.threshold} note={text.thresholdNote}>
      <label>
        {text.model}{" "}
        <select value={model} onChange={(event) => setModel(event.currentTarget.value)}>
          {models.map(({ id, title }) => (
            <option value={id} key={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <Shown of={answer}>{(counts) => <Explorer counts={counts} chosen={chosen} key={model} />}</Shown>
    </Box>
  );
}

/** The last threshold that is not above a value: what is called does not change between two of them. */
function stepOf(thresholds: readonly number[], value: number): number {
  const found = thresholds.findLastIndex((threshold) => threshold <= value);
  return Math.max(0, found);
}

function Explorer({ counts, chosen }: { counts: Counts; chosen: { value: number; rule: string } | undefined }) {
  const { thresholds, truePositives, falsePositives, rows, positives } = counts;
  const [step, setStep] = useState(() => stepOf(thresholds, chosen?.value ?? 0.5));
  const tp = truePositives[step] ?? null;
  const fp = falsePositives[step] ?? null;
  const negatives = rows - positives;
  const shown = (value: number | null) => (value === null ? text.withheld : count(value));
  const share = (part: number | null, whole: number) =>
    part === null || whole === 0 ? text.withheld : `${((100 * part) / whole).toFixed(1)} %`;
  const called = tp === null || fp === null ? null : tp + fp;
  return (
    <div class="explorer">
      <Picture counts={counts} step={step} onStep={setStep} />
      <p class="row legend" aria-hidden="true">
        <span class="one">{text.sensitivity}</span> <span class="two">{text.ppv}</span>{" "}
        <span class="three">{text.called}</span>
      </p>
      <label class="slider">
        <span>{`${text.at}: ${(thresholds[step] ?? 0).toPrecision(3)}`}</span>
        <input
          type="range"
          min={0}
          max={thresholds.length - 1}
          value={step}
          onInput={(event) => setStep(Number(event.currentTarget.value))}
        />
      </label>
      {chosen ? (
        <button type="button" onClick={() => setStep(stepOf(thresholds, chosen.value))}>
          {`${text.chosen}: ${chosen.value.toPrecision(3)} (${chosen.rule})`}
        </button>
      ) : null}
      <dl class="figures" aria-live="polite">
        <Item title={text.called} value={called === null ? text.withheld : `${count(called)} / ${count(rows)}`} />
        <Item title={text.found} value={shown(tp)} />
        <Item title={text.missed} value={shown(tp === null ? null : positives - tp)} />
        <Item title={text.falseAlarms} value={shown(fp)} />
        <Item title={text.quiet} value={shown(fp === null ? null : negatives - fp)} />
        <Item title={text.sensitivity} value={share(tp, positives)} />
        <Item title={text.specificity} value={share(fp === null ? null : negatives - fp, negatives)} />
        <Item title={text.ppv} value={called === null || called === 0 ? "–" : share(tp, called)} />
        <Item title={text.perFound} value={called === null || !tp ? "–" : (called / tp).toFixed(1)} />
      </dl>
    </div>
  );
}

function Item({ title, value }: { title: string; value: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const [height, margin] = [230, 46];

/** Sensitivity and positive predictive value against the share that is called; the threshold can be dragged on it. */
function Picture({ counts, step, onStep }: { counts: Counts; step: number; onStep: (step: number) => void }) {
  const picture = useRef<SVGSVGElement>(null);
  const width = Math.max(300, Math.min(960, useWidth(picture)));
  const [isHeld, setHeld] = useState(false);
  const { thresholds, truePositives, falsePositives, rows, positives } = counts;
  const x = (i: number) => margin + (i / Math.max(1, thresholds.length - 1)) * (width - margin - 8);
  const y = (share: number) => height - margin + 8 - share * (height - margin - 4);
  const path = (value: (i: number) => number | null) => {
    let line = "";
    for (let i = 0; i < thresholds.length; i++) {
      const at = value(i);
      if (at !== null && Number.isFinite(at)) line += `${line ? "L" : "M"}${x(i).toFixed(1)} ${y(at).toFixed(1)}`;
    }
    return line;
  };
  const at = (i: number) => ({ tp: truePositives[i] ?? null, fp: falsePositives[i] ?? null });
  useEffect(() => {
    if (!isHeld) return;
    const move = (event: PointerEvent) => {
      const box = picture.current!.getBoundingClientRect();
      const place = (((event.clientX - box.left) / box.width) * width - margin) / (width - margin - 8);
      onStep(Math.round(Math.min(Math.max(place, 0), 1) * (thresholds.length - 1)));
    };
    const drop = () => setHeld(false);
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop);
    return () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", drop);
    };
  }, [isHeld, onStep, thresholds.length, width]);
  return (
    <svg
      ref={picture}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${text.sensitivity}, ${text.ppv}`}
      onPointerDown={() => setHeld(true)}
    >
      <title>{`${text.sensitivity}, ${text.ppv}`}</title>
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line x1={margin} x2={width - 8} y1={y(share)} y2={y(share)} class="rule" />
          <text x={margin - 5} y={y(share) + 4} text-anchor="end">{`${share * 100} %`}</text>
        </g>
      ))}
      <path d={path((i) => (at(i).tp === null ? null : at(i).tp! / positives))} class="line one" />
      <path
        d={path((i) => {
          const { tp, fp } = at(i);
          return tp === null || fp === null ? null : tp / (tp + fp);
        })}
        class="line two"
      />
      <path
        d={path((i) => {
          const { tp, fp } = at(i);
          return tp === null || fp === null ? null : (tp + fp) / rows;
        })}
        class="line three"
      />
      <line x1={x(step)} x2={x(step)} y1={4} y2={height - margin + 8} class="here" />
    </svg>
  );
}
