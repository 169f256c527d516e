// Which of several servers on one runs folder runs its queue: one alone. Knows no job.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { livesStill, makeFolder, markOf, type ProcessMark } from "../../store/index.ts";

/** What stands in the file of an owner; nothing where it has given the queue back. */
interface Claim extends ProcessMark {
  /** Tells two owners in one process from each other. */
  token: string;
}

/** An owner that cannot be seen from here (another computer, another container) lives while its file is younger than this. */
const BEAT_MS = 30_000;

/**
 * The claim of one server to the queue in a folder. Claims are numbered files `owner-1`, `owner-2` …; the highest counts.
 * Whoever finds that its owner is gone makes the next number, which one process alone can do; nobody ever removes the
 * highest, so that two who find the same owner gone cannot both take its place.
 */
export class QueueOwner {
  private readonly folder: string;
  private readonly claim: Claim;
  private own: number | undefined;

  /** @param token a text that no other claim has */
  constructor(folder: string, token: string) {
    this.folder = folder;
    this.claim = { ...markOf(process.pid)!, token };
    makeFolder(folder);
  }

  /** Takes the queue where nobody has it, or keeps it; whether it is ours now. Asked now and then, it is the sign of life. */
  take(): boolean {
    const highest = this.highest();
    if (this.own !== undefined && this.own === highest) {
      this.write(highest, this.claim);
      return true;
    }
    this.own = undefined; // another one has taken it: this server was thought gone
    if (highest > 0 && this.isHeld(highest)) return false;
    const next = highest + 1;
    try {
      this.write(next, this.claim, "wx");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false; // another was quicker
      throw cause;
    }
    if (this.highest() !== next) {
      rmSync(this.path(next), { force: true });
      return false;
    }
    this.own = next;
    for (const number of this.numbers()) if (number < next) rmSync(this.path(number), { force: true });
    return true;
  }

  /** The number of the process that has the queue; undefined where that is nobody, or is not told. */
  ownerPid(): number | undefined {
    return this.read(this.highest())?.pid;
  }

  /** Gives the queue back. */
  release(): void {
    if (this.own !== undefined && this.own === this.highest()) this.write(this.own, {});
    this.own = undefined;
  }

  private isHeld(number: number): boolean {
    const claim = this.read(number);
    if (claim === null) return false;
    const isAlive = claim && livesStill(claim);
    return isAlive ?? this.isFresh(number);
  }

  /** Whether a file has been written lately, by the clock of the file system itself. */
  private isFresh(number: number): boolean {
    const probe = join(this.folder, `clock-${this.claim.token}`);
    try {
      writeFileSync(probe, "");
      return statSync(probe).mtimeMs - statSync(this.path(number)).mtimeMs < BEAT_MS;
    } catch {
      return true; // gone in this moment: another one has taken its place
    } finally {
      rmSync(probe, { force: true });
    }
  }

  /** The claim of a file; null where the queue was given back, undefined where it is being written or is damaged. */
  private read(number: number): Claim | null | undefined {
    try {
      const said = JSON.parse(readFileSync(this.path(number), "utf8")) as Partial<Claim>;
      return said.pid === undefined ? null : (said as Claim);
    } catch {
      return undefined;
    }
  }

  private write(number: number, claim: Partial<Claim>, flag = "r+"): void {
    // of one length always, so that no end of a longer text stays and none is seen half
    writeFileSync(this.path(number), JSON.stringify(claim).padEnd(512), { flag });
  }

  private numbers(): number[] {
    return readdirSync(this.folder).flatMap((name) => {
      const number = /^owner-(\d+)$/.exec(name)?.[1];
      return number ? [Number(number)] : [];
    });
  }

  private highest(): number {
    return Math.max(0, ...this.numbers());
  }

  private path(number: number): string {
    return join(this.folder, `owner-${number}`);
  }
}
