// The parts pages are put together from: titles, boxes, tables, states. Knows no page and no address of the server.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { CallFailed } from "../api.ts";
import { text } from "../text.ts";
import type { Answer } from "./use-answer.ts";

export { PassedFrame, PassedImage, PassedLink } from "./passed.tsx";
export { useAnswer } from "./use-answer.ts";

/** The heading of a page with what it is for. */
export function PageTitle({ title, lead, children }: { title: string; lead?: string; children?: ComponentChildren }) {
  return (
    <header class="page-title">
      <div>
        <h1>{title}</h1>
        {lead ? <p class="lead">{lead}</p> : null}
      </div>
      {children ? <div class="actions">{children}</div> : null}
    </header>
  );
}

/** A box with a heading. */
export function Box({
  title,
  note,
  children,
  id,
}: {
  title?: string;
  note?: string;
  children: ComponentChildren;
  id?: string;
}) {
  return (
    <section class="box" id={id}>
      {title ? <h2>{title}</h2> : null}
      {note ? <p class="note">{note}</p> : null}
      {children}
    </section>
  );
}

/** A failure in the server's words, with what to do. */
export function Failure({ failure, retry }: { failure: CallFailed; retry?: () => void }) {
  const { problem, status } = failure;
  const isLocked = status === 401;
  return (
    <div class="failure" role="alert">
      <strong>{isLocked ? text.notLaunched : problem.code === "page/offline" ? text.offline : problem.what}</strong>
      {problem.why ? <p>{problem.why}</p> : null}
      {isLocked || problem.fix ? <p>{`${text.fix}: ${isLocked ? text.notLaunchedFix : problem.fix}`}</p> : null}
      {retry ? (
        <button type="button" onClick={retry}>
          {text.retry}
        </button>
      ) : null}
    </div>
  );
}

/** What is shown of an answer: a bar while loading, the failure, or the children made of the value. */
export function Shown<T>({
  of,
  retry,
  children,
}: {
  of: Answer<T>;
  retry?: () => void;
  children: (value: T) => ComponentChildren;
}) {
  if (of.state === "failed" && of.value === undefined)
    return <Failure failure={of.failure} {...(retry ? { retry } : {})} />;
  if (of.value === undefined) {
    return (
      <div class="loading" role="status">
        <span>{text.loading}</span>
      </div>
    );
  }
  return (
    <>
      {of.state === "failed" ? <Failure failure={of.failure} {...(retry ? { retry } : {})} /> : null}
      {children(of.value)}
    </>
  );
}

/** A column of a table. */
export interface Column<Row> {
  title: string;
  cell: (row: Row) => ComponentChildren;
  isNumber?: boolean;
}

/** A plain table that scrolls sideways by itself where it is too wide. */
export function Table<Row>({
  rows,
  columns,
  caption,
  keyOf,
}: {
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  caption: string;
  keyOf: (row: Row) => string;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="table" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="for-readers">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th scope="col" class={isNumber ? "number" : ""} key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ title, cell, isNumber }) => (
                <td class={isNumber ? "number" : ""} key={title}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A small label: a modality, a state. `tone` colours it; the word says the same. */
export function Tag({
  children,
  tone = "plain",
}: {
  children: ComponentChildren;
  tone?: "plain" | "good" | "warn" | "bad";
}) {
  return <span class={`tag ${tone}`}>{children}</span>;
}

/** A bar of progress; without a share it says only that something is going on. */
export function Progress({ share, label }: { share: number | null; label: string }) {
  return (
    <div class="progress">
      <progress max={1} aria-label={label} {...(share === null ? {} : { value: share })} />
      <span>{label}</span>
    </div>
  );
}

/** A command with a button that copies it. */
export function Command({ words }: { words: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(words);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <div class="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <code tabIndex={0}>{words}</code>
      <button type="button" onClick={copy} aria-live="polite">
        {isCopied ? text.copied : text.copy}
      </button>
    </div>
  );
}

const counts = new Intl.NumberFormat("en-US");

/** 12,345 */
export function count(value: number): string {
  return counts.format(value);
}

interface Ranged {
  value: number;
  low: number | null;
  high: number | null;
}

const fixed = (number: number, digits: number) => number.toFixed(digits).replace("-", "−");

function between(low: number, high: number, digits: number): string {
  return `${fixed(low, digits)}${low < 0 ? " to " : "–"}${fixed(high, digits)}`;
}

/** A figure with its interval: 0.842 (0.81–0.87). */
export function estimate({ value, low, high }: Ranged, digits = 3): string {
  const own = fixed(value, digits);
  return low === null || high === null ? own : `${own} (${between(low, high, digits)})`;
}

/** A figure with its interval below it: tables of many figures stay narrow. */
export function Estimate({ of: { value, low, high }, digits = 3 }: { of: Ranged; digits?: number }) {
  return (
    <>
      {fixed(value, digits)}
      {low === null || high === null ? null : <span class="interval-below">{between(low, high, digits)}</span>}
    </>
  );
}
