// A few connections to one database for questions that would wait for each other on one. Knows no question.
import type { Database } from "../store/index.ts";

/** Connections at most: more would take the processor from each other and the memory from all. */
const MOST = 3;

/** Lends connections beside `db`, each to one question at a time, in the order asked. */
export class Readers {
  private readonly db: Database;
  private readonly most: number;
  private readonly free: Database[] = [];
  private readonly waiting: (() => void)[] = [];
  private lent = 0;
  private isClosed = false;

  constructor(db: Database, most = MOST) {
    this.db = db;
    this.most = most;
  }

  /** Does the work with a connection of its own; waits for one where all are lent. */
  async use<T>(work: (db: Database) => Promise<T>): Promise<T> {
    // who is woken takes the place of who woke it, so that nobody comes between
    if (this.lent >= this.most) await new Promise<void>((done) => this.waiting.push(done));
    else this.lent++;
    try {
      const own = this.free.pop() ?? (await this.db.beside());
      try {
        return await work(own);
      } finally {
        if (this.isClosed) own.close();
        else this.free.push(own);
      }
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.lent--;
    }
  }

  /** Ends the connections that are not lent; a lent one ends when it comes back. Before the database is closed. */
  close(): void {
    this.isClosed = true;
    for (const own of this.free.splice(0)) own.close();
  }
}
