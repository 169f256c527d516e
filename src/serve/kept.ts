// What is kept of answers that are asked for again: so many bytes and no more, those used last. Knows no answer.

/** Values by key, of which the ones used longest ago go first where their bytes come to more than `mostBytes`. */
export class Kept<Value> {
  /** Bytes of what is kept now. */
  bytes = 0;
  private readonly mostBytes: number;
  private readonly values = new Map<string, { value: Value; bytes: number }>();
  private owner: unknown;

  constructor(mostBytes: number) {
    this.mostBytes = mostBytes;
  }

  /** Drops everything where it was kept for another owner: a store that has been imported anew. */
  of(owner: unknown): this {
    if (this.owner !== owner) this.clear();
    this.owner = owner;
    return this;
  }

  /** Whether what is kept is this owner's. */
  isOf(owner: unknown): boolean {
    return this.owner === owner;
  }

  /** The value of a key, which is then the one used last. */
  get(key: string): Value | undefined {
    const found = this.values.get(key);
    if (!found) return undefined;
    this.values.delete(key);
    this.values.set(key, found);
    return found.value;
  }

  /** Keeps a value of so many bytes; one that alone is larger than everything may be is not kept. */
  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    if (bytes > this.mostBytes) return;
    this.values.set(key, { value, bytes });
    this.bytes += bytes;
    for (const oldest of this.values.keys()) {
      if (this.bytes <= this.mostBytes) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const found = this.values.get(key);
    if (!found) return;
    this.values.delete(key);
    this.bytes -= found.bytes;
  }

  clear(): void {
    this.values.clear();
    this.bytes = 0;
  }

  get size(): number {
    return this.values.size;
  }
}

/**
 * The answers to questions as JSON text, worked out once for all who ask at the same time and kept within `mostBytes`.
 * @example answers.of(store).get(key, () => listPatients(…))
 */
export class KeptAnswers {
  private readonly kept: Kept<string>;
  private readonly underway = new Map<string, Promise<string>>();
  private owner: unknown;

  constructor(mostBytes: number) {
    this.kept = new Kept(mostBytes);
  }

  /** Drops everything that was kept for another owner. */
  of(owner: unknown): this {
    this.kept.of(owner);
    if (this.owner !== owner) this.underway.clear();
    this.owner = owner;
    return this;
  }

  /** The JSON of an answer, kept or worked out. What goes wrong is told to all who wait, and not kept. */
  get(key: string, work: () => Promise<unknown>): Promise<string> {
    const before = this.kept.get(key);
    if (before !== undefined) return Promise.resolve(before);
    const waiting = this.underway.get(key);
    if (waiting) return waiting;
    const { owner } = this;
    const answer = work()
      .then((value) => JSON.stringify(value))
      .then((text) => {
        if (this.owner === owner) this.kept.set(key, text, 2 * text.length);
        return text;
      })
      .finally(() => {
        if (this.underway.get(key) === answer) this.underway.delete(key);
      });
    this.underway.set(key, answer);
    return answer;
  }
}
