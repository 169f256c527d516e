// Wall seconds and peak memory of whole commands, as the operating system accounts for them, taken in turn.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const POLL_GAP_MS = 20;

/** Runs a command; gives wall seconds, peak resident megabytes (Linux), its exit code and what it printed. */
export function runMeasured(command, args, options = {}) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    let peakKb = 0;
    const poll = setInterval(() => {
      try {
        const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
        peakKb = Math.max(peakKb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
      } catch {
        // the process has just ended, or this is not Linux
      }
    }, POLL_GAP_MS);
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => {
      clearInterval(poll);
      resolve({ seconds: Number.NaN, peakMb: Number.NaN, code: -1, output: String(error) });
    });
    child.on("close", (code) => {
      clearInterval(poll);
      resolve({ seconds: Number(process.hrtime.bigint() - start) / 1e9, peakMb: peakKb / 1024, code, output });
    });
  });
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs contestants in turn, A B C A B C …, so that a drift of the machine's speed meets all of them.
 * Each is `{ name, steps: [{ name, command, args }] }`; gives per contestant and step the median of seconds and peaks.
 */
export async function inTurn(contestants, { runs = 3, onRun = () => {} } = {}) {
  const results = contestants.map(({ name, steps }) => ({
    name,
    steps: steps.map((step) => ({ name: step.name, seconds: [], peakMb: [] })),
    output: "",
  }));
  for (let run = 0; run < runs; run++) {
    for (const [i, contestant] of contestants.entries()) {
      await contestant.before?.();
      for (const [j, step] of contestant.steps.entries()) {
        const measured = await runMeasured(step.command, step.args);
        if (measured.code !== 0)
          throw new Error(`${contestant.name}, ${step.name}: ended with ${measured.code}\n${measured.output}`);
        results[i].steps[j].seconds.push(measured.seconds);
        results[i].steps[j].peakMb.push(measured.peakMb);
        results[i].output = measured.output;
      }
      onRun(run, contestant.name);
    }
  }
  return results;
}
