// The queue of jobs: one command at a time as a process of its own, recorded on the disk at every turn, so that nothing is
// forgotten when the server or the computer goes down. Knows no verb.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../../core/command.ts";
import { makeFolder, readJson, writeJson } from "../../store/index.ts";
import { conflict, notFound } from "../api/problem.ts";
import type { Job, JobKind, JobProgress } from "./job.ts";
import { QueueOwner } from "./owner.ts";

/** What a queue needs. */
export interface QueueOptions {
  /** Where jobs are recorded. */
  folder: string;
  /** The program that runs a verb: node and the path of Bedside's command. */
  program: readonly [string, ...string[]];
  now: () => Date;
  /** How often a process that an earlier server started is looked after, in milliseconds. */
  lookEvery?: number;
}

const LOG = "log.txt";
const PROGRESS = "progress.json";
/** The exit code, written by the command itself as its last act: whoever looks later need not be its parent. */
const EXIT = "exit.json";
/** Of a log, the most that is shown at once. */
const LOG_BYTES = 65_536;

/** What a new job is. */
export interface NewJob {
  kind: JobKind;
  title: string;
  arguments: string[];
  folder: string | null;
}

/** The queue of one runs folder. */
export class JobQueue {
  private readonly jobs = new Map<string, Job>();
  private readonly options: QueueOptions;
  private child: { id: string; process: ChildProcess } | undefined;
  private readonly looking: NodeJS.Timeout;
  private readonly owner: QueueOwner;
  private isOwner: boolean;
  private closed = false;

  constructor(options: QueueOptions) {
    this.options = options;
    makeFolder(options.folder);
    this.owner = new QueueOwner(`${options.folder}-owner`, randomBytes(8).toString("hex"));
    this.isOwner = this.owner.take();
    this.begin();
    this.looking = setInterval(() => this.look(), options.lookEvery ?? 1000);
    this.looking.unref();
  }

  /** Whether this server runs the queue, and otherwise the process that does, where it is told. */
  standing(): { isOwner: boolean; ownerPid: number | null } {
    return { isOwner: this.isOwner, ownerPid: this.owner.ownerPid() ?? null };
  }

  /** Reads all jobs from the disk, and goes on with them where they are this server's to run. */
  private begin(): void {
    this.jobs.clear();
    for (const id of readdirSync(this.options.folder).sort()) {
      const job = readJobOf(this.options.folder, id);
      if (job) this.jobs.set(id, job);
    }
    if (!this.isOwner) return;
    for (const job of this.jobs.values()) {
      if (isAtWork(job) && !this.lives(job)) void this.settle(job, this.exitCode(job));
    }
    void this.next();
  }

  /** @throws BedsideError `serve/conflict` where another server runs the queue. */
  private mustOwn(): void {
    if (this.isOwner) return;
    const pid = this.owner.ownerPid();
    throw conflict(
      `Another server of this runs folder${pid ? ` (process ${pid})` : ""} runs its jobs; this one reads`,
      "ask that one, or end it: this one goes on with the queue then",
    );
  }

  /** All jobs, the newest first. */
  list(): Job[] {
    return [...this.jobs.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  /** @throws BedsideError `serve/not-found` */
  get(id: string): Job {
    const job = this.jobs.get(id);
    if (!job) throw notFound("There is no such job");
    return job;
  }

  /** Puts a job at the end of the queue. */
  async add(asked: NewJob): Promise<Job> {
    this.mustOwn();
    const busy = asked.folder && this.list().find((job) => job.folder === asked.folder && isOpen(job));
    if (busy) throw conflict("A job that writes this folder is waiting or running", "wait for it, or stop it");
    const createdAt = this.options.now().toISOString();
    const job: Job = {
      schema: 1,
      id: `${createdAt.replace(/\D/g, "").slice(0, 14)}-${randomBytes(4).toString("hex")}`,
      ...asked,
      command: commandLine(["bedside", ...asked.arguments]),
      state: "waiting",
      createdAt,
      startedAt: null,
      endedAt: null,
      pid: null,
      exitCode: null,
      reason: null,
    };
    this.jobs.set(job.id, job);
    await this.keep(job);
    await this.next();
    return job;
  }

  /** Asks a job to stop in order; one that waits is taken from the queue. */
  async stop(id: string): Promise<Job> {
    this.mustOwn();
    const job = this.get(id);
    if (job.state === "waiting") Object.assign(job, { state: "stopped", endedAt: this.options.now().toISOString() });
    else if (job.state === "running" && job.pid) {
      job.state = "stopping";
      signal(job.pid, "SIGINT");
    } else throw conflict("This job does not run");
    await this.keep(job);
    return job;
  }

  /** Goes on with a job that was stopped, interrupted or failed, from what is finished. */
  async resume(id: string): Promise<Job> {
    this.mustOwn();
    const job = this.get(id);
    if (isOpen(job) || job.state === "done") throw conflict("This job is not at a stop");
    Object.assign(job, { state: "waiting", endedAt: null, exitCode: null, reason: null });
    await this.keep(job);
    await this.next();
    return job;
  }

  /** How far a job is, as it wrote it last. */
  progress(id: string): JobProgress | null {
    this.get(id);
    try {
      return readJson<JobProgress>(join(this.options.folder, id, PROGRESS)) ?? null;
    } catch {
      return null; // being written just now
    }
  }

  /** What a job has said, from a byte on; `next` is where to go on. */
  log(id: string, from: number): { text: string; next: number } {
    this.get(id);
    const path = join(this.options.folder, id, LOG);
    if (!existsSync(path)) return { text: "", next: 0 };
    const size = statSync(path).size;
    const start = Math.max(Math.min(from, size), size - LOG_BYTES);
    const bytes = Buffer.alloc(size - start);
    const file = openSync(path, "r");
    try {
      readSync(file, bytes, 0, bytes.length, start);
    } finally {
      closeSync(file);
    }
    return { text: bytes.toString("utf8"), next: size };
  }

  /** Stops looking and lets a running job stop in order. */
  async close(): Promise<void> {
    this.closed = true;
    clearInterval(this.looking);
    const { child } = this;
    if (!child) return this.owner.release();
    const ended = new Promise((done) => child.process.once("exit", done));
    signal(child.process.pid!, "SIGINT");
    await ended;
    const job = this.jobs.get(child.id)!;
    const code = this.exitCode(job);
    await this.settle(job, code === 0 ? 0 : null); // it did not stop because the user asked that of the job
    this.owner.release();
  }

  private keep(job: Job): Promise<void> {
    return writeJson(join(this.options.folder, job.id, "job.json"), job);
  }

  private async next(): Promise<void> {
    const all = [...this.jobs.values()].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    if (this.closed || !this.isOwner || all.some(isAtWork)) return;
    const job = all.find(({ state }) => state === "waiting");
    if (!job) return;
    const folder = join(this.options.folder, job.id);
    makeFolder(folder);
    rmSync(join(folder, EXIT), { force: true });
    const log = openSync(join(folder, LOG), "a");
    const [program, ...before] = this.options.program;
    const child = spawn(program, [...before, ...job.arguments], {
      stdio: ["ignore", log, log],
      env: {
        ...process.env,
        BEDSIDE_PROGRESS_FILE: join(folder, PROGRESS),
        BEDSIDE_EXIT_FILE: join(folder, EXIT),
      },
      detached: process.platform !== "win32", // Ctrl-C in the server's terminal reaches it once, from `close`
      windowsHide: true,
    });
    closeSync(log);
    this.child = { id: job.id, process: child };
    Object.assign(job, { state: "running", startedAt: this.options.now().toISOString(), pid: child.pid ?? null });
    child.once("error", () => void this.ended(job, 1));
    child.once("exit", (code) => void this.ended(job, code));
    await this.keep(job);
  }

  private async ended(job: Job, code: number | null): Promise<void> {
    if (this.child?.id !== job.id) return;
    this.child = undefined;
    if (this.closed) return;
    await this.settle(job, code);
    await this.next();
  }

  /** Records how a job ended; without an exit code it was cut off. */
  private async settle(job: Job, code: number | null): Promise<void> {
    const { text } = this.log(job.id, 0);
    const wasAsked = job.state === "stopping" || code === 130;
    Object.assign(job, {
      state: code === 0 ? "done" : wasAsked ? "stopped" : code === null ? "interrupted" : "failed",
      endedAt: this.options.now().toISOString(),
      pid: null,
      exitCode: code,
      reason: code === 0 || code === null || wasAsked ? null : lastWords(text),
    });
    await this.keep(job);
  }

  /**
   * Takes the queue where its owner is gone. A process that an earlier server started is not our child: whether it lives is
   * seen from outside.
   */
  private look(): void {
    const before = this.isOwner;
    try {
      this.isOwner = this.owner.take();
    } catch {
      return; // the folder cannot be written just now: nothing changes
    }
    if (!this.isOwner || !before) this.begin(); // what the owner wrote, or has left
    if (!this.isOwner) return;
    for (const job of this.jobs.values()) {
      if (!isAtWork(job) || this.child?.id === job.id || this.lives(job)) continue;
      void this.settle(job, this.exitCode(job)).then(() => this.next());
    }
  }

  /** Whether a job's process is at work: it has not said its exit code, and its number is that of this command still. */
  private lives(job: Job): boolean {
    return this.exitCode(job) === null && isRunning(job.pid, job.arguments);
  }

  /** What the command of a job said as its last act; null while it runs, and where it was cut off. */
  private exitCode({ id }: Job): number | null {
    try {
      const said = readJson<{ code: number }>(join(this.options.folder, id, EXIT));
      return typeof said?.code === "number" ? said.code : null;
    } catch {
      return null; // cut off in writing it
    }
  }
}

function isAtWork({ state }: Pick<Job, "state">): boolean {
  return state === "running" || state === "stopping";
}

/** Whether a job is waiting or at work. */
export function isOpen({ state }: Pick<Job, "state">): boolean {
  return state === "waiting" || state === "running" || state === "stopping";
}

function readJobOf(folder: string, id: string): Job | undefined {
  try {
    const job = readJson<Job>(join(folder, id, "job.json"));
    return job?.schema === 1 && job.id === id ? job : undefined;
  } catch {
    return undefined;
  }
}

/** Whether that process lives and runs this very command: numbers of processes are used again. */
function isRunning(pid: number | null, words: readonly string[]): boolean {
  if (!pid) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(words.join("\0"));
  } catch {
    return true; // a system without /proc
  }
}

function signal(pid: number, name: "SIGINT"): void {
  try {
    process.kill(pid, name);
  } catch {
    // it has ended by itself
  }
}

/** What the command said of its failure: the lines from "Error:" on. */
function lastWords(text: string): string {
  const at = text.lastIndexOf("\nError: ");
  return (at >= 0 ? text.slice(at + 8) : text.slice(-500)).trim().slice(0, 2000);
}
