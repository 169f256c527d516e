// Starts the kernel's threads: worker threads in Node, web workers in a browser, none where memory cannot be shared.
// A worker's whole script is one line that runs the kernel on the shared memory, so it needs no file of its own: the same
// under dist/, in a test and in a bundle.
import { type WasmMemory, type WasmModule, webAssembly } from "./wasm/host.ts";
import { type KernelExports, kernelBytes, type ThreadStart } from "./wasm/index.ts";

const CORE = "new WebAssembly.Instance(module, { env: { memory } }).exports.work()";
const NODE_SCRIPT = `const { module, memory } = require("node:worker_threads").workerData; ${CORE}`;
const WEB_SCRIPT = `onmessage = ({ data: { module, memory } }) => { ${CORE} }`;
/** Most pages of 64 KiB a memory of 32-bit addresses has. */
const MOST_PAGES = 65536;

interface Stoppable {
  terminate(): unknown;
}

/** What this file needs of the machine it runs on, declared here because neither Node's nor a page's types are at hand. */
interface Host {
  process?: { versions?: { node?: string } };
  Worker?: new (url: string) => Stoppable & { postMessage(message: unknown): void };
  crossOriginIsolated?: boolean;
  window?: unknown;
  navigator?: { hardwareConcurrency?: number };
}
const host = globalThis as unknown as Host;

/** How many threads work can be spread over: 1 where memory cannot be shared. */
export async function availableThreads(): Promise<number> {
  if (!canShare()) return 1;
  if (host.process?.versions?.node) return (await import("node:os")).availableParallelism();
  return host.navigator?.hardwareConcurrency ?? 1;
}

function canShare(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return host.process?.versions?.node !== undefined || host.crossOriginIsolated === true;
}

/**
 * The kernel on a fresh memory with `threads` − 1 workers beside the caller. Workers start in their own time and join in
 * when they are there. `stop` must be called in the end.
 */
export async function startThreads(threads: number): Promise<ThreadStart> {
  const shared = threads > 1 && canShare();
  const memory = shared
    ? new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true })
    : new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  const module = new webAssembly.Module(kernelBytes(shared));
  const exports = new webAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
  const workers: Stoppable[] = [];
  if (shared) {
    for (let k = 1; k < threads; k++) workers.push(await startWorker({ module, memory }));
  }
  return {
    memory,
    exports,
    threads: workers.length + 1,
    // The main thread of a page may not sleep.
    callerSleeps: shared && host.window === undefined,
    stop() {
      for (const worker of workers) worker.terminate();
    },
  };
}

async function startWorker(data: { module: WasmModule; memory: WasmMemory }): Promise<Stoppable> {
  if (host.process?.versions?.node) {
    const { Worker } = await import("node:worker_threads");
    const worker = new Worker(NODE_SCRIPT, { eval: true, workerData: data });
    worker.unref();
    return worker;
  }
  const url = URL.createObjectURL(new Blob([WEB_SCRIPT], { type: "text/javascript" }));
  const worker = new host.Worker!(url);
  worker.postMessage(data);
  return worker;
}
