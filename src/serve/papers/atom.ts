// Results as an Atom feed (RFC 4287), for readers of feeds. Knows no HTTP.
import type { RunResult } from "../../run/index.ts";

/** A run that is to be told. */
export interface FeedEntry {
  id: string;
  name: string;
  result: RunResult;
}

/** XML text: what a file name or a title may hold must not become markup. */
function escaped(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 has no place for them
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "").replace(/[&<>"']/g, (sign) => names[sign]!);
}

/** The feed, the newest result first. Aggregates only. */
export function atomFeed(entries: readonly FeedEntry[]): string {
  const sorted = [...entries].sort((a, b) => (a.result.manifest.startedAt < b.result.manifest.startedAt ? 1 : -1));
  const updated = sorted[0]?.result.manifest.startedAt ?? "1970-01-01T00:00:00Z";
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    "<title>Bedside: results</title>",
    "<id>urn:bedside:results</id>",
    `<updated>${escaped(updated)}</updated>`,
    "<author><name>Bedside</name></author>",
    ...sorted.flatMap(({ id, name, result }) => [
      "<entry>",
      `<title>${escaped(`${result.task.title} (${result.task.id}, ${result.data.title} ${result.data.version})`)}</title>`,
      `<id>urn:bedside:run:${id}:${escaped(result.manifest.startedAt)}</id>`,
      `<updated>${escaped(result.manifest.startedAt)}</updated>`,
      `<summary>${escaped(summaryOf(name, result))}</summary>`,
      "</entry>",
    ]),
    "</feed>",
    "",
  ].join("\n");
}

function summaryOf(name: string, { models }: RunResult): string {
  const figures = models.flatMap(({ title, metrics: [first] }) =>
    first ? [`${title}: ${first.title} ${first.value.toFixed(3)}`] : [],
  );
  return `${name}. ${figures.join("; ")}`;
}
