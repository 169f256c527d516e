// What goes wrong, said so that the reader can mend it. Knows nothing of files, tables or terminals.

/** The parts of an error a user can act on. None of them may hold row contents, patient ids or note text. */
export interface Problem {
  /** Stable short name, `area/what`, for programs: `import/missing-column`. */
  code: string;
  /** What went wrong, one sentence. */
  what: string;
  /** The file, table, column or line. */
  where?: string | undefined;
  /** The cause, as far as it is known. */
  why?: string | undefined;
  /** What the user can do. */
  fix?: string | undefined;
}

/**
 * An error caused by the input or the machine, not by Bedside's code. The command line prints its parts and ends with
 * `exitCode` (1, or 2 for wrong usage).
 * @example new BedsideError({ code: "import/no-tables", what: "No table was found", where: "data/", fix: "Name the folder that holds hosp/ and icu/" })
 */
export class BedsideError extends Error {
  readonly problem: Problem;
  readonly exitCode: number;
  constructor(problem: Problem, options: { cause?: unknown; exitCode?: number } = {}) {
    super(describeProblem(problem), options.cause === undefined ? {} : { cause: options.cause });
    this.name = "BedsideError";
    this.problem = problem;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The command was called in a way it does not understand; ends with exit code 2. */
export class UsageError extends BedsideError {
  constructor(problem: Problem) {
    super(problem, { exitCode: 2 });
    this.name = "UsageError";
  }
}

/** A state that Bedside's own code should have made impossible. Never caught and never shown as the user's mistake. */
export class Bug extends Error {
  override name = "Bug";
}

/** The user asked to stop (Ctrl-C). What was finished stays; the same command goes on from there. */
export class Stopped extends Error {
  override name = "Stopped";
  constructor() {
    super("Stopped before the end");
  }
}

/** A problem as lines of text: what, where, why, fix. */
export function describeProblem({ what, where, why, fix }: Problem): string {
  const lines = [what];
  if (where) lines.push(`  where: ${where}`);
  if (why) lines.push(`  why:   ${why}`);
  if (fix) lines.push(`  fix:   ${fix}`);
  return lines.join("\n");
}

/** The name among `known` nearest to `name` by edit distance, when near enough to be a slip of the pen. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
