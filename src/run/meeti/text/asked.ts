// A text from a language model, its numbers held against those it was given.
import type { MeetiMode, TextModel } from "../settings.ts";
import type { Row } from "../tables.ts";
import { unsupportedNumbers } from "./check.ts";
import { askModel } from "./model.ts";
import { blindPrompt, type ChatMessage, publishedPrompt } from "./prompt.ts";

/** What was asked and answered; kept beside the text, on this machine. */
export interface AskedText {
  messages: ChatMessage[];
  text: string;
  /** Numbers of the text that are not among those given. */
  unsupported: string[];
}

export interface TextRequest {
  record: Row;
  leads: readonly Row[];
  beats: readonly Row[];
  mode: MeetiMode;
  /** The machine's report, for the faithful prompt. */
  report: string;
  seed: number;
  apiKey?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** Asks for a recording's text: blind in corrected mode, with the report in faithful mode as the original. */
export async function askForText(model: TextModel, request: TextRequest): Promise<AskedText> {
  const { record, leads, beats, mode, report, seed, apiKey, signal } = request;
  const { messages, numbers } =
    mode === "faithful" ? publishedPrompt(record, beats, report) : blindPrompt(record, leads);
  const text = await askModel(model, messages, { apiKey, seed, signal });
  return { messages, text, unsupported: unsupportedNumbers(text, numbers) };
}
