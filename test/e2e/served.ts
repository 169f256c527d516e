// Starts the built `bedside serve` as a user would, and asks it as a program of the same user. Knows no route.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli } from "./command.ts";

/** Where Debian's package chromium puts the browser. */
export const browserPath = "/usr/bin/chromium";

/** Whether it is there; says once when it is not. */
export function hasBrowser(): boolean {
  const isThere = existsSync(browserPath);
  if (!isThere) console.warn(`Skipped: there is no ${browserPath} (Debian's package chromium)`);
  return isThere;
}

/** A server that has been started. */
export interface ServedProcess {
  process: ChildProcess;
  port: number;
  /** `http://127.0.0.1:PORT` */
  origin: string;
  /** Opens the page once. */
  link: string;
  /** Reads JSON of an address under /api, with the token of the runs folder. */
  read<T>(path: string): Promise<T>;
  /** Sends JSON to an address under /api. */
  send<T>(path: string, body?: unknown): Promise<T>;
  /** Ends it in order. */
  end(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

/** Starts a server on any free port and waits until it has printed its launch link. */
export async function startServer(runs: string, data: readonly string[] = []): Promise<ServedProcess> {
  const words = [...data.flatMap((folder) => ["--data", folder]), "--runs", runs, "--port", "0"];
  const server = spawn(process.execPath, [cli, "serve", ...words, "--threads", "2", "--memory", "800MB"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const gone = new Promise<void>((done) => server.once("exit", () => done()));
  const link = await new Promise<string>((done, fail) => {
    let said = "";
    server.stdout.on("data", (text: Buffer) => {
      said += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\/launch\/[\w-]+/.exec(said)?.[0];
      if (found) done(found);
    });
    server.once("exit", (code) => fail(new Error(`the server ended with ${code}: ${said}`)));
  });
  const { origin, port } = new URL(link);
  const tokenFile = [`api-token-${port}.json`, "api-token.json"].map((name) => join(runs, ".workbench", name)); // beside another server, or alone
  const { token } = JSON.parse(readFileSync(tokenFile.find((path) => existsSync(path))!, "utf8"));
  const call = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    const answer = await fetch(`${origin}/api${path}`, { ...init, headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    process: server,
    port: Number(port),
    origin,
    link,
    read: (path) => call(path),
    send: (path, body = {}) => call(path, { method: "POST", body: JSON.stringify(body) }),
    end: () => {
      server.kill("SIGINT");
      return gone;
    },
    kill: () => {
      server.kill("SIGKILL");
      return gone;
    },
  };
}
