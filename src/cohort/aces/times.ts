// Where the boundaries of the windows lie for each candidate: as expressions where arithmetic is enough, and as one pass
// over the predicates' rows for each round of "next" and "previous" events. Knows neither counts nor labels.
import { Bug } from "../../core/errors.ts";
import { identifier, join, type Sql, sql } from "../../store/sql.ts";
import type { Happenings } from "./happenings.ts";
import { innerSide } from "./order.ts";
import { type Parts, unionAll, whole } from "./query.ts";
import { type Boundary, RECORD_END, RECORD_START, type Side, type Step, type Window } from "./task.ts";

/** A search for the nearest event of a predicate: a column of the candidates, found in a pass of its round. */
interface Search {
  column: string;
  round: number;
  predicate: string;
  forward: boolean;
  /** Whether an event at the very time searched from may be the one found. */
  inclusive: boolean;
  from: Sql;
}

/** The times of all boundaries, as expressions over the columns of the candidates (`t0`, `opens`, `closes`, searches). */
export class Times {
  readonly searches: Search[] = [];
  private readonly times = new Map<string, { time: Sql; round: number }>();

  constructor(windows: readonly Window[]) {
    for (const window of windows) {
      this.place(window, window.root);
      this.place(window, innerSide(window));
    }
  }

  /** The time of a boundary in microseconds; null where there is none. */
  of(window: string, side: Side): Sql {
    const found = this.times.get(`${window}.${side}`);
    if (!found) throw new Bug(`The boundary ${window}.${side} was not placed`);
    return found.time;
  }

  /** The time of what a boundary refers to. */
  base(window: Window, { reference }: Boundary): Sql {
    if (reference === "trigger") return sql`t0`;
    return typeof reference === "object" ? this.of(reference.window, reference.side) : this.of(window.name, reference);
  }

  private place(window: Window, side: Side): void {
    const boundary = window[side];
    const time = this.base(window, boundary);
    const { reference } = boundary;
    const from =
      reference === "trigger"
        ? undefined
        : typeof reference === "object"
          ? reference
          : { window: window.name, side: reference };
    const round = from ? this.times.get(`${from.window}.${from.side}`)!.round : 0;
    this.times.set(`${window.name}.${side}`, this.stepped(boundary.step, time, round, inclusiveSearch(window, side)));
  }

  private stepped(step: Step, time: Sql, round: number, inclusive: boolean): { time: Sql; round: number } {
    if (step.kind === "same") return { time, round };
    if (step.kind === "shift") return { time: sql`(${time} + ${whole(step.micros)})`, round };
    const { predicate } = step;
    const forward = step.kind === "next";
    if (predicate === RECORD_START || predicate === RECORD_END) {
      const column = forward ? sql`closes` : sql`opens`;
      const operator = forward ? (inclusive ? sql`>=` : sql`>`) : inclusive ? sql`<=` : sql`<`;
      return { time: sql`(case when ${column} ${operator} ${time} then ${column} end)`, round };
    }
    const search = {
      column: `found_${this.searches.length}`,
      round: round + 1,
      predicate,
      forward,
      inclusive,
      from: time,
    };
    this.searches.push(search);
    return { time: identifier(search.column), round: round + 1 };
  }
}

/**
 * Whether the nearest event may lie at the very time it is searched from. ACES lets the flag of the side searched for
 * decide (its documentation says otherwise, see the README); a search that leaves from outside the window never may.
 */
function inclusiveSearch(window: Window, side: Side): boolean {
  if (side === window.root) return false;
  return side === "start" ? window.startInclusive : window.endInclusive;
}

/**
 * Adds the passes that find the searched events, round by round; gives the last relation, which has all columns of
 * `candidates` and one per search.
 *
 * Each pass lays the candidates' points and the events of the predicates searched for on one line per subject, sorted by
 * time; a point stands before (0) or after (2) the events (1) of its own time, as it may see them or not. The nearest
 * event is then a running minimum or maximum: n log n for any number of points, where a join on a range could be n².
 */
export function addSearches(parts: Parts, happenings: Happenings, times: Times, candidates: Sql): Sql {
  let relation = candidates;
  const rounds = Math.max(0, ...times.searches.map(({ round }) => round));
  for (let round = 1; round <= rounds; round++) {
    const searches = times.searches.filter((search) => search.round === round);
    const predicates = [...new Set(searches.map(({ predicate }) => predicate))];
    const points = searches.map(
      ({ from, forward, inclusive }, i) => sql`
        select subject_id, ${from} as t, ${whole(forward === inclusive ? 0 : 2)} as place, t0, ${whole(i)} as point, -1 as p
        from ${relation} where ${from} is not null`,
    );
    const events = predicates.map(
      (predicate, p) =>
        sql`select subject_id, t, 1 as place, cast(null as bigint) as t0, -1 as point, ${whole(p)} as p from ${happenings.of(predicate)}`,
    );
    const line = parts.add(`line_${round}`, unionAll([...points, ...events]));
    const nearest = searches.map(({ predicate, forward }, i) => {
      const time = sql`case when p = ${whole(predicates.indexOf(predicate))} then t end`;
      return forward
        ? sql`min(${time}) over (partition by subject_id order by t, place rows between current row and unbounded following) as near_${whole(i)}`
        : sql`max(${time}) over (partition by subject_id order by t, place rows between unbounded preceding and current row) as near_${whole(i)}`;
    });
    const seen = parts.add(`seen_${round}`, sql`select subject_id, t0, point, ${join(nearest)} from ${line}`);
    const columns = searches.map(
      ({ column }, i) => sql`max(case when point = ${whole(i)} then near_${whole(i)} end) as ${identifier(column)}`,
    );
    const found = parts.add(
      `nearest_${round}`,
      sql`select subject_id, t0, ${join(columns)} from ${seen} where point >= 0 group by subject_id, t0`,
    );
    const added = searches.map(({ column }) => sql`f.${identifier(column)}`);
    relation = parts.add(
      `placed_${round}`,
      sql`select c.*, ${join(added)} from ${relation} as c left join ${found} as f on c.subject_id = f.subject_id and c.t0 = f.t0`,
    );
  }
  return relation;
}
