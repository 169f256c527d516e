// Tells one process from another that later got its number. Knows no folder and no lock.
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/** Who a process is. */
export interface ProcessMark {
  pid: number;
  /** The computer since it was started, and the space in which numbers of processes are its own; empty where not told. */
  place: string;
  /** When the process began, in the system's own words; empty where not told. */
  born: string;
}

/**
 * The mark of a living process; undefined where there is none of that number. Linux tells start and place under /proc; on
 * other systems of that family `ps` tells the start; elsewhere a process is known by its number alone.
 */
export function markOf(pid: number): ProcessMark | undefined {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EPERM") return undefined;
  }
  const born = bornOf(pid);
  return born === undefined ? undefined : { pid, place: place(), born };
}

/** Whether a process that was marked lives; undefined where its mark is of another place, into which nobody sees from here. */
export function livesStill(mark: ProcessMark): boolean | undefined {
  if (mark.place !== place()) return undefined;
  return markOf(mark.pid)?.born === mark.born;
}

/** Where this process is. */
function place(): string {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

/** When a process began; undefined where it has ended. */
function bornOf(pid: number): string | undefined {
  if (process.platform === "win32") return "";
  try {
    if (process.platform !== "linux") {
      const asked = ["-o", "lstart=", "-p", String(pid)];
      return execFileSync("ps", asked, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
    }
    // the name, in brackets, may hold anything; state is the first field behind it and the start the twentieth
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19]!;
  } catch {
    return undefined;
  }
}
