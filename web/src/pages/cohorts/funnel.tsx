// The funnel as bars: what each exclusion takes and what remains.
import { count } from "../../parts/index.tsx";
import { text } from "./text.ts";

export interface Funnel {
  unit: string;
  start: number;
  steps: { id: string; title: string; hits: number; removed: number; remaining: number }[];
}

export function FunnelBars({ funnel, isOld }: { funnel: Funnel; isOld: boolean }) {
  const rows = [
    { id: "start", title: `${funnel.unit} ${text.start}`, removed: 0, hits: 0, remaining: funnel.start },
    ...funnel.steps,
  ];
  return (
    <ol class={`funnel ${isOld ? "old" : ""}`}>
      {rows.map(({ id, title, removed, hits, remaining }) => (
        <li key={id}>
          <div class="funnel-words">
            <span>{title}</span>
            <span class="note">
              {removed > 0 ? `−${count(removed)}` : ""}
              {hits > removed ? ` (${count(hits)} ${text.hit})` : ""}
            </span>
            <strong>{count(remaining)}</strong>
          </div>
          <meter min={0} max={Math.max(1, funnel.start)} value={remaining} aria-hidden="true" />
        </li>
      ))}
    </ol>
  );
}
