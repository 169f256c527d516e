// The queue: what waits and runs, how far it is, its log, stop and go on.
import { useState } from "preact/hooks";
import { CallFailed, send } from "../../api.ts";
import { Failure, Progress, Shown, Tag, useAnswer } from "../../parts/index.tsx";
import { text } from "./text.ts";
import type { Job, JobState } from "./types.ts";

const tones: Readonly<Record<JobState, "plain" | "good" | "warn" | "bad">> = {
  waiting: "plain",
  running: "good",
  stopping: "warn",
  stopped: "warn",
  interrupted: "warn",
  failed: "bad",
  done: "good",
};

const lookEveryMs = 1000;
const lookAtOwnerEveryMs = 5000;
/** Ended jobs that are still shown. */
const shownEnded = 6;

/** The queue, looked at again every second. */
export function Jobs({ onEnded }: { onEnded?: () => void }) {
  const { answer, reload } = useAnswer<Job[]>("/jobs", { everyMs: lookEveryMs });
  const { answer: queue } = useAnswer<{ isOwner: boolean; ownerPid: number | null }>("/queue", {
    everyMs: lookAtOwnerEveryMs,
  });
  const [failure, setFailure] = useState<CallFailed>();
  const [known, setKnown] = useState(0);
  const ended = answer.value?.filter(({ state }) => state === "done").length ?? 0;
  if (ended !== known) {
    setKnown(ended);
    onEnded?.();
  }
  const act = (job: Job, what: "stop" | "resume") =>
    send(`/jobs/${job.id}/${what}`)
      .then(reload)
      .catch((cause) => cause instanceof CallFailed && setFailure(cause));
  return (
    <Shown of={answer} retry={reload}>
      {(jobs) => {
        const open = jobs.filter(({ state }) => state === "running" || state === "stopping" || state === "waiting");
        const others = jobs.filter((job) => !open.includes(job)).slice(0, shownEnded);
        return (
          <>
            {failure ? <Failure failure={failure} /> : null}
            {queue.value?.isOwner === false ? (
              <p role="status">
                <Tag tone="warn">{text.readsOnly}</Tag> {text.otherServer(queue.value.ownerPid)}
              </p>
            ) : null}
            {jobs.length === 0 ? <p class="note">{text.noJobs}</p> : null}
            <ul class="jobs">
              {[...open, ...others].map((job) => (
                <JobLine job={job} onAct={(what) => act(job, what)} key={job.id} />
              ))}
            </ul>
          </>
        );
      }}
    </Shown>
  );
}

function JobLine({ job, onAct }: { job: Job; onAct: (what: "stop" | "resume") => void }) {
  const [isOpen, setOpen] = useState(false);
  const { state, progress, title, reason } = job;
  const canStop = state === "running" || state === "waiting";
  const canResume = state === "stopped" || state === "interrupted" || state === "failed";
  const share = progress?.total ? Math.min(1, progress.done / progress.total) : null;
  return (
    <li>
      <div class="job">
        <Tag tone={tones[state]}>{text.states[state]}</Tag>
        <span>
          <strong>{title}</strong> <span class="note">{job.createdAt.slice(0, 16).replace("T", " ")}</span>
        </span>
        <span class="row">
          {canStop ? (
            <button type="button" onClick={() => onAct("stop")}>
              {text.stop}
            </button>
          ) : null}
          {canResume ? (
            <button type="button" onClick={() => onAct("resume")}>
              {text.resume}
            </button>
          ) : null}
          <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? text.close : text.log}
          </button>
        </span>
      </div>
      {progress && state !== "waiting" ? (
        <Progress share={share} label={[progress.stage, progress.note].filter(Boolean).join(": ")} />
      ) : null}
      {reason ? <pre class="reason">{reason}</pre> : null}
      {isOpen ? <Log job={job} /> : null}
    </li>
  );
}

function Log({ job }: { job: Job }) {
  const isRunning = job.state === "running" || job.state === "stopping";
  const { answer } = useAnswer<{ text: string }>(`/jobs/${job.id}/log`, {
    everyMs: isRunning ? lookEveryMs : undefined,
  });
  return (
    <Shown of={answer}>
      {({ text: said }) => (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre class="log" tabIndex={0}>
          {`$ ${job.command}\n${said}`}
        </pre>
      )}
    </Shown>
  );
}
