// The form of a model: measurements over time, what is known once, complaints and diseases as a list to tick.
import { useState } from "preact/hooks";
import { Box } from "../../parts/index.tsx";
import type { Bundle, Variable } from "./bundle.ts";
import { isFlag, parseObservations, type Typed } from "./patient.ts";
import { text } from "./text.ts";

/** Usual values of an ill adult, to see the page at work. Not a patient. */
const exampleValues: Readonly<Record<string, string>> = {
  age: "71",
  sex: "Male",
  gender: "M",
  height: "172",
  weight: "81",
  hr: "96@1 112@8 118@20",
  map: "74@1 64@10 61@21",
  sbp: "118@1 96@12",
  dbp: "62@1 48@12",
  resp: "22@2 28@18",
  o2sat: "95@1 91@19",
  temp: "38.4@3",
  lact: "2.1@2 4.4@16",
  crea: "1.6@4",
  bun: "38@4",
  wbc: "18.2@4",
  plt: "141@4",
  urine: "40@2 25@8 20@16",
  triage_temperature: "38.3",
  triage_heartrate: "112",
  triage_resprate: "24",
  triage_o2sat: "93",
  triage_sbp: "98",
  triage_dbp: "54",
  triage_pain: "4",
  triage_acuity: "2",
};

interface FormProps {
  bundle: Bundle;
  typed: Typed;
  onTyped: (typed: Typed) => void;
}

export function FormFields({ bundle, typed, onTyped }: FormProps) {
  const set = (name: string, value: string) => onTyped({ ...typed, [name]: value });
  const once = bundle.static.filter(({ name }) => !isFlag(name));
  const flags = bundle.static.filter(({ name }) => isFlag(name));
  const example = () => {
    const names = [...bundle.variables, ...bundle.static].map(({ name }) => name);
    onTyped(Object.fromEntries(names.flatMap((name) => (exampleValues[name] ? [[name, exampleValues[name]]] : []))));
  };
  return (
    <form class="known" autocomplete="off" onSubmit={(event) => event.preventDefault()}>
      <Box title={text.known} note={text.knownNote}>
        <p class="row">
          <button type="button" onClick={example}>
            {text.example}
          </button>
          <button type="button" onClick={() => onTyped({})}>
            {text.clear}
          </button>
        </p>
        <div class="fields">
          {once.map((variable) => (
            <Once
              bundle={bundle}
              variable={variable}
              value={typed[variable.name] ?? ""}
              onValue={set}
              key={variable.name}
            />
          ))}
        </div>
      </Box>
      {bundle.variables.length ? (
        <Box title={text.hourly} note={text.hourlyNote}>
          <div class="fields">
            {bundle.variables.map((variable) => (
              <Hourly
                hours={bundle.hours.length}
                variable={variable}
                value={typed[variable.name] ?? ""}
                onValue={set}
                key={variable.name}
              />
            ))}
          </div>
        </Box>
      ) : null}
      {flags.length ? <Flags flags={flags} typed={typed} onValue={set} /> : null}
    </form>
  );
}

interface FieldProps {
  variable: Variable;
  value: string;
  onValue: (name: string, value: string) => void;
}

function Once({ bundle, variable: { name, title, unit }, value, onValue }: FieldProps & { bundle: Bundle }) {
  const recipe = bundle.folds[0]!.recipe.static.find((each) => each.name === name);
  const label = unit ? `${title}, ${unit}` : title;
  if (recipe?.kind === "text") {
    return (
      <label>
        <span>{label}</span>
        <select value={value} onChange={(event) => onValue(name, event.currentTarget.value)}>
          <option value="" />
          {recipe.levels.map((level) => (
            <option value={level} key={level}>
              {level === "F" ? text.women : level === "M" ? text.men : level}
            </option>
          ))}
        </select>
      </label>
    );
  }
  return (
    <label>
      <span>{label}</span>
      <input inputMode="decimal" value={value} onInput={(event) => onValue(name, event.currentTarget.value)} />
    </label>
  );
}

function Hourly({ hours, variable: { name, title, unit }, value, onValue }: FieldProps & { hours: number }) {
  const isWrong = parseObservations(value, hours) === null;
  return (
    <label>
      <span>{unit ? `${title}, ${unit}` : title}</span>
      <input value={value} aria-invalid={isWrong} onInput={(event) => onValue(name, event.currentTarget.value)} />
      {isWrong ? <span class="wrong">{`${text.wrongHour} 0 – ${hours - 1}`}</span> : null}
    </label>
  );
}

function Flags({ flags, typed, onValue }: { flags: Variable[]; typed: Typed; onValue: FieldProps["onValue"] }) {
  const [wanted, setWanted] = useState("");
  const shown = flags.filter(({ title }) => title.toLowerCase().includes(wanted.toLowerCase()));
  return (
    <Box title={text.flags}>
      <input
        type="search"
        aria-label={text.findFlag}
        placeholder={text.findFlag}
        value={wanted}
        onInput={(event) => setWanted(event.currentTarget.value)}
      />
      <div class="flags">
        {shown.map(({ name, title }) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={typed[name] === "1"}
              onChange={(event) => onValue(name, event.currentTarget.checked ? "1" : "")}
            />{" "}
            {title}
          </label>
        ))}
      </div>
    </Box>
  );
}
