// Asks a language model at an address the user named, by the protocol of OpenAI's chat completions. Never called by default.
import { BedsideError } from "../../../core/errors.ts";
import type { TextModel } from "../settings.ts";
import type { ChatMessage } from "./prompt.ts";

export interface AskOptions {
  apiKey?: string | undefined;
  seed: number;
  signal?: AbortSignal | undefined;
  /** Milliseconds until an answer is given up. */
  patience?: number;
  /** Milliseconds before the first new attempt; doubled for each. */
  pause?: number;
}

const PATIENCE = 120_000;
const PAUSE = 1000;
const ATTEMPTS = 4;
/** Busy, or broken for a while. */
const worthAgain = (status: number) => status === 408 || status === 429 || status >= 500;

/**
 * The model's answer to the messages, at temperature 0. Answers are not followed to other addresses.
 * @throws BedsideError `text-model/unreachable`, `text-model/refused`, `text-model/answer`. Never with the prompt or answer in it.
 */
export async function askModel(
  { url, name }: TextModel,
  messages: readonly ChatMessage[],
  options: AskOptions,
): Promise<string> {
  const { apiKey, seed, signal, patience = PATIENCE, pause = PAUSE } = options;
  const address = chatAddress(url);
  const body = JSON.stringify({ model: name, messages, temperature: 0, seed });
  for (let attempt = 1; ; attempt++) {
    const last = attempt === ATTEMPTS;
    let response: Response;
    try {
      response = await fetch(address, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}),
        },
        body,
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(patience)]) : AbortSignal.timeout(patience),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      if (last) throw unreachable(address, cause);
      await wait(pause * 2 ** (attempt - 1));
      continue;
    }
    if (response.ok) return contentOf(await readAnswer(response, address), address);
    await response.body?.cancel();
    if (last || !worthAgain(response.status)) throw refused(address, name, response.status);
    await wait(pause * 2 ** (attempt - 1));
  }
}

/** `…/v1` and `…/v1/chat/completions` both lead to the latter. */
export function chatAddress(url: string): string {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    throw notAnAddress(url);
  }
  if (address.protocol !== "http:" && address.protocol !== "https:") throw notAnAddress(url);
  const path = address.pathname.replace(/\/+$/, "");
  if (!path.endsWith("/chat/completions")) address.pathname = `${path}/chat/completions`;
  return address.href;
}

const wait = (ms: number) => new Promise((resume) => setTimeout(resume, ms));

async function readAnswer(response: Response, address: string): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    throw oddAnswer(address, "it is not JSON");
  }
}

function contentOf(answer: unknown, address: string): string {
  const content = (answer as { choices?: { message?: { content?: unknown } }[] })?.choices?.[0]?.message?.content;
  if (typeof content !== "string" || !content.trim()) throw oddAnswer(address, "it has no choices[0].message.content");
  return content.trim();
}

/** An address as it may be shown: without a name or password in it. */
function shown(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

function notAnAddress(url: string): BedsideError {
  return new BedsideError(
    {
      code: "text-model/address",
      what: "--text-model takes an address",
      where: url.slice(0, 80),
      fix: "as http://127.0.0.1:8080/v1",
    },
    { exitCode: 2 },
  );
}

function unreachable(address: string, cause: unknown): BedsideError {
  const { name, cause: inner } = cause as Error & { cause?: { code?: string; message?: string } };
  const why =
    name === "TimeoutError" ? "it did not answer in time" : (inner?.code ?? inner?.message ?? "the connection failed");
  return new BedsideError({
    code: "text-model/unreachable",
    what: "The text model does not answer",
    where: shown(address),
    why,
    fix: "start it, or leave out --text-model: the rules need none; the same command goes on where it stopped",
  });
}

function refused(address: string, model: string, status: number): BedsideError {
  const why =
    status === 401 || status === 403
      ? "it wants a key: set BEDSIDE_TEXT_MODEL_KEY"
      : status === 404
        ? `it knows no such path, or no model "${model}"`
        : `it answered with status ${status}`;
  return new BedsideError({
    code: "text-model/refused",
    what: "The text model refused the request",
    where: shown(address),
    why,
    fix: "check --text-model and --text-model-name",
  });
}

function oddAnswer(address: string, why: string): BedsideError {
  return new BedsideError({
    code: "text-model/answer",
    what: "The text model's answer is not of the protocol",
    where: shown(address),
    why,
    fix: "name an address that speaks OpenAI's chat completions",
  });
}
