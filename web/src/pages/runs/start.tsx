// The form that starts a run.
import { useState } from "preact/hooks";
import { CallFailed, send } from "../../api.ts";
import { Failure, Shown, useAnswer } from "../../parts/index.tsx";
import { parameter } from "../../router.ts";
import { text } from "./text.ts";
import type { Task } from "./types.ts";

export function Start() {
  const { answer, reload } = useAnswer<Task[]>("/tasks");
  return (
    <Shown of={answer} retry={reload}>
      {(tasks) => <Form tasks={tasks.filter(({ models }) => models.length > 0)} />}
    </Shown>
  );
}

function Form({ tasks }: { tasks: Task[] }) {
  const asked = parameter("task");
  const [task, setTask] = useState(tasks.some(({ id }) => id === asked) ? asked! : tasks[0]!.id);
  const [models, setModels] = useState<string[]>([]);
  const [mode, setMode] = useState<"corrected" | "faithful">("corrected");
  const [seed, setSeed] = useState(1);
  const [failure, setFailure] = useState<CallFailed>();
  const current = tasks.find(({ id }) => id === task)!;
  const submit = async (event: Event) => {
    event.preventDefault();
    setFailure(undefined);
    try {
      await send("/jobs/run", { task, models, mode, seed });
    } catch (cause) {
      if (cause instanceof CallFailed) setFailure(cause);
      else throw cause;
    }
  };
  const toggle = (model: string) =>
    setModels(models.includes(model) ? models.filter((each) => each !== model) : [...models, model]);
  return (
    <form class="start" onSubmit={submit}>
      {failure ? <Failure failure={failure} /> : null}
      <label>
        {text.task}
        <select
          value={task}
          onChange={(event) => {
            setTask(event.currentTarget.value);
            setModels([]);
          }}
        >
          {tasks.map(({ id }) => (
            <option value={id} key={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <p class="note">{current.title}</p>
      <fieldset>
        <legend>{`${text.models} (${text.modelsHint})`}</legend>
        <div class="row">
          {current.models.map((model) => (
            <label class="pick" key={model}>
              <input type="checkbox" checked={models.includes(model)} onChange={() => toggle(model)} /> {model}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="row">
        <label>
          {text.mode}{" "}
          <select value={mode} onChange={(event) => setMode(event.currentTarget.value as "corrected" | "faithful")}>
            <option value="corrected">{text.corrected}</option>
            <option value="faithful">{text.faithful}</option>
          </select>
        </label>
        <label>
          {text.seed}{" "}
          <input
            type="number"
            min={0}
            step={1}
            value={seed}
            onInput={(event) => setSeed(Number(event.currentTarget.value))}
          />
        </label>
        <button class="main" type="submit">
          {text.go}
        </button>
      </div>
    </form>
  );
}
