// Calls to the server, with its errors as values. Knows no page.
import { keyHeaders } from "./key.ts";

/** What the server says of a failure. */
export interface Problem {
  code: string;
  what: string;
  where?: string;
  why?: string;
  fix?: string;
}

/** A call that failed, with the server's own words. */
export class CallFailed extends Error {
  readonly problem: Problem;
  readonly status: number;
  constructor(problem: Problem, status: number) {
    super(problem.what);
    this.problem = problem;
    this.status = status;
  }
}

async function call(path: string, init: RequestInit): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/api${path}`, {
      credentials: "same-origin",
      ...init,
      headers: { ...init.headers, ...keyHeaders() },
    });
  } catch (cause) {
    if (init.signal?.aborted) throw cause;
    throw new CallFailed({ code: "page/offline", what: "The server does not answer" }, 0);
  }
  if (answer.ok) return answer;
  const said = (await answer.json().catch(() => undefined)) as { error?: Problem } | undefined;
  throw new CallFailed(
    said?.error ?? { code: "page/unknown", what: `The server answered ${answer.status}` },
    answer.status,
  );
}

/** Reads JSON of an address under /api. */
export async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await call(path, signal ? { signal } : {})).json() as Promise<T>;
}

/** Reads bytes of an address under /api. */
export async function readBytes(path: string, signal?: AbortSignal): Promise<ArrayBuffer> {
  return (await call(path, signal ? { signal } : {})).arrayBuffer();
}

/** Sends JSON; for what changes something, and for questions too long for an address. */
export async function send<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  const init: RequestInit = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  return (await call(path, signal ? { ...init, signal } : init)).json() as Promise<T>;
}
