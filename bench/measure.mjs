// Wall seconds, processor seconds and peak memory of whole commands, as the operating system accounts for them, taken in turn.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const POLL_GAP_MS = 20;
/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;

/** A file of /proc, or nothing where the process has just ended or this is not Linux. */
function procFile(path) {
  try {
    return readFileSync(`/proc/${path}`, "utf8");
  } catch {
    return "";
  }
}

/** A process and all it started, by id (Linux). */
function processTree(pid) {
  let threads = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    // as above
  }
  const children = threads.flatMap((thread) => procFile(`${pid}/task/${thread}/children`).split(" ").filter(Boolean));
  return [pid, ...children.flatMap(processTree)];
}

/** Resident kilobytes of a process tree now; for a process alone, its own peak so far. */
function residentKb(tree) {
  const field = tree.length === 1 ? /VmHWM:\s+(\d+)/ : /VmRSS:\s+(\d+)/;
  return tree.reduce((sum, member) => sum + Number(field.exec(procFile(`${member}/status`))?.[1] ?? 0), 0);
}

/** Processor seconds of a process tree so far, with those of its members that have ended. */
function processorSeconds(tree) {
  return tree.reduce((sum, member) => {
    // after the name in brackets; fields 14 to 17: own and ended children's, as user and as system
    const fields = procFile(`${member}/stat`).split(") ").at(-1).split(" ").slice(11, 15);
    return sum + (fields.length === 4 ? fields.reduce((ticks, field) => ticks + Number(field), 0) / TICKS : 0);
  }, 0);
}

/**
 * Runs a command; gives wall seconds, its exit code and what it printed, and, on Linux and looked at every 20 ms, processor
 * seconds and peak resident megabytes of the process and all it starts.
 */
export function runMeasured(command, args, options = {}) {
  return new Promise((resolve) => {
    const start = process.hrtime.bigint();
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    let peakKb = 0;
    let cpuSeconds = 0;
    const poll = setInterval(() => {
      const tree = processTree(child.pid);
      peakKb = Math.max(peakKb, residentKb(tree));
      cpuSeconds = Math.max(cpuSeconds, processorSeconds(tree));
    }, POLL_GAP_MS);
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => {
      clearInterval(poll);
      resolve({ seconds: Number.NaN, cpuSeconds: Number.NaN, peakMb: Number.NaN, code: -1, output: String(error) });
    });
    child.on("close", (code) => {
      clearInterval(poll);
      resolve({
        seconds: Number(process.hrtime.bigint() - start) / 1e9,
        cpuSeconds,
        peakMb: peakKb / 1024,
        code,
        output,
      });
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
 * Each is `{ name, before?, steps: [{ name, command, args, options? }] }`; gives per contestant and step all seconds and peaks.
 */
export async function inTurn(contestants, { runs = 3, onRun = () => {} } = {}) {
  const results = contestants.map(({ name, steps }) => ({
    name,
    steps: steps.map((step) => ({ name: step.name, seconds: [], cpuSeconds: [], peakMb: [] })),
    output: "",
  }));
  for (let run = 0; run < runs; run++) {
    for (const [i, contestant] of contestants.entries()) {
      await contestant.before?.();
      for (const [j, step] of contestant.steps.entries()) {
        const measured = await runMeasured(step.command, step.args, step.options);
        if (measured.code !== 0)
          throw new Error(`${contestant.name}, ${step.name}: ended with ${measured.code}\n${measured.output}`);
        results[i].steps[j].seconds.push(measured.seconds);
        results[i].steps[j].cpuSeconds.push(measured.cpuSeconds);
        results[i].steps[j].peakMb.push(measured.peakMb);
        results[i].output = measured.output;
      }
      onRun(run, contestant.name);
    }
  }
  return results;
}

/**
 * Prints what `inTurn` gave, a line each: median of the seconds (least–most), times the fastest, processor seconds, peak
 * memory, and the steps where there are several.
 */
export function printRaces(results) {
  const rows = results.map(({ name, steps }) => {
    const totals = steps[0].seconds.map((_, run) => steps.reduce((sum, step) => sum + step.seconds[run], 0));
    return {
      name,
      seconds: median(totals),
      spread: `(${Math.min(...totals).toFixed(2)}–${Math.max(...totals).toFixed(2)})`,
      cpu: steps.reduce((sum, step) => sum + median(step.cpuSeconds), 0),
      peak: Math.max(...steps.map((step) => median(step.peakMb))),
      steps:
        steps.length > 1 ? steps.map((step) => `${step.name} ${median(step.seconds).toFixed(1)} s`).join(", ") : "",
    };
  });
  const fastest = Math.min(...rows.map(({ seconds }) => seconds));
  for (const { name, seconds, spread, cpu, peak, steps } of rows) {
    console.log(
      `  ${name.padEnd(24)} ${seconds.toFixed(2).padStart(7)} s ${spread.padEnd(16)} ${(seconds / fastest).toFixed(2).padStart(6)} ×  CPU ${cpu.toFixed(1).padStart(6)} s ${peak.toFixed(0).padStart(6)} MB  ${steps}`.trimEnd(),
    );
  }
}
