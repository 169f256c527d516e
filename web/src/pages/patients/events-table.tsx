// The events of the window as a table: the way without a picture.
import { Table } from "../../parts/index.tsx";
import { firstAt, type PatientRecord, type Series } from "./record.ts";
import { text } from "./text.ts";
import { timeText, type Window } from "./time-scale.ts";

const most = 300;

export function EventsTable({
  record,
  series,
  window,
}: {
  record: PatientRecord;
  series: readonly Series[];
  window: Window;
}) {
  const rows: { key: string; minute: number; what: string; value: string }[] = [];
  for (const each of series) {
    for (let i = firstAt(record, each, window.from); i < each.after && record.time[i]! <= window.to; i++) {
      const number = record.value[i]!;
      rows.push({
        key: String(i),
        minute: record.time[i]!,
        what: each.title,
        value: Number.isNaN(number) ? "" : `${Number(number.toPrecision(5))} ${each.unit}`,
      });
    }
  }
  rows.sort((a, b) => a.minute - b.minute);
  return (
    <Table
      caption={text.tableNote}
      rows={rows.slice(0, most)}
      keyOf={({ key }) => key}
      columns={[
        { title: text.time, cell: ({ minute }) => timeText(minute, record.base) },
        { title: text.what, cell: ({ what }) => what },
        { title: text.value, cell: ({ value }) => value, isNumber: true },
      ]}
    />
  );
}
