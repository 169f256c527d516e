// Starts threads: worker threads in Node, web workers in a browser, none where there are none to be had. A thread's whole
// program is a text, so that it needs no file of its own: the same under dist/, in a test and in a bundle.
import { type WasmModule, webAssembly } from "./wasm/host.ts";
import { type KernelExports, kernelBytes, type ThreadStart } from "./wasm/index.ts";
import { control, HEAP_START } from "./wasm/layout.ts";

/** Most pages of 64 KiB a memory of 32-bit addresses has. */
const MOST_PAGES = 65536;

/** A running thread. */
export interface Thread {
  send(message: unknown, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  onFailure(listener: (error: unknown) => void): void;
  stop(): void;
}

interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(kind: string, listener: (event: { data?: unknown; message?: string }) => void): void;
  terminate(): void;
}

/** What this file needs of the machine it runs on, declared here because neither Node's nor a page's types are at hand. */
interface Host {
  process?: { versions?: { node?: string } };
  Worker?: new (url: string) => WebWorker;
  crossOriginIsolated?: boolean;
  window?: unknown;
  navigator?: { hardwareConcurrency?: number };
}
const host = globalThis as unknown as Host;
const inNode = () => host.process?.versions?.node !== undefined;

/** How many threads this machine runs at once, as far as it tells. */
export async function coreCount(): Promise<number> {
  if (inNode()) return (await import("node:os")).availableParallelism();
  return host.navigator?.hardwareConcurrency ?? 1;
}

/** How many threads work on shared memory can be spread over: 1 where memory cannot be shared. */
export async function availableThreads(): Promise<number> {
  return canShare() ? coreCount() : 1;
}

/** Whether threads can share memory: always in Node, in a browser on pages that are cross-origin isolated. */
function canShare(): boolean {
  if (typeof SharedArrayBuffer === "undefined") return false;
  return inNode() || host.crossOriginIsolated === true;
}

/**
 * Starts a thread. Its text stands in a function that is given `send(message)` and returns what is to be done with each
 * message received. Undefined where no thread can be started.
 */
export async function startThread(text: string): Promise<Thread | undefined> {
  try {
    if (inNode()) return await startInNode(text);
    return host.Worker && startInBrowser(text, host.Worker);
  } catch {
    return undefined;
  }
}

async function startInNode(text: string): Promise<Thread> {
  const { Worker } = await import("node:worker_threads");
  const program = `const { parentPort } = require("node:worker_threads");
const receive = (${text})((message) => parentPort.postMessage(message));
parentPort.on("message", receive);`;
  const worker = new Worker(program, { eval: true, execArgv: [] });
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.on("message", listener),
    onFailure: (listener) => worker.on("error", listener),
    stop: () => void worker.terminate(),
  };
}

function startInBrowser(text: string, Worker: new (url: string) => WebWorker): Thread {
  const program = `const receive = (${text})((message) => postMessage(message));
addEventListener("message", (event) => receive(event.data));`;
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(url);
  return {
    send: (message, transfer = []) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.addEventListener("message", (event) => listener(event.data)),
    onFailure: (listener) => worker.addEventListener("error", (event) => listener(new Error(event.message))),
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}

/**
 * A kernel's thread runs on its memory until it is stopped. It says when it has the memory in hand: an engine may forget to tell a
 * thread that is just starting of growth, and its copies and fills beyond the size it knows fail for ever after.
 */
const KERNEL_PROGRAM = `(send) => ({ module, memory }) => {
  const { work } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  const words = new Int32Array(memory.buffer, 0, ${HEAP_START / 4});
  Atomics.add(words, ${control.there / 4}, 1);
  send("there");
  try {
    work();
  } catch (error) {
    Atomics.store(words, ${control.failed / 4}, 1);
    Atomics.notify(words, ${control.done / 4});
    throw error;
  }
}`;

const modules = new Map<boolean, WasmModule>();

function kernelModule(shared: boolean): WasmModule {
  let module = modules.get(shared);
  if (!module) {
    module = new webAssembly.Module(kernelBytes(shared));
    modules.set(shared, module);
  }
  return module;
}

/** The kernel on a fresh memory, on the caller's thread alone. */
export function oneThread(): ThreadStart {
  const memory = new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES });
  const exports = new webAssembly.Instance(kernelModule(false), { env: { memory } }).exports as KernelExports;
  return { memory, exports, threads: 1, callerSleeps: false, stop() {} };
}

/**
 * The kernel on a fresh memory with `threads` − 1 workers beside the caller, fewer where they cannot be had. Comes back when
 * all have the memory in hand, before which it must not grow. `stop` must be called in the end.
 */
export async function startThreads(threads: number): Promise<ThreadStart> {
  if (threads === 1 || !canShare()) return oneThread();
  const memory = new webAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true });
  const module = kernelModule(true);
  const exports = new webAssembly.Instance(module, { env: { memory } }).exports as KernelExports;
  const started = await Promise.all(
    Array.from({ length: threads - 1 }, async () => {
      const worker = await startThread(KERNEL_PROGRAM);
      if (!worker) return undefined;
      const isThere = new Promise<boolean>((resolve) => {
        worker.onMessage(() => resolve(true));
        worker.onFailure(() => resolve(false));
      });
      worker.send({ module, memory });
      if (await isThere) return worker;
      worker.stop();
      return undefined;
    }),
  );
  const workers = started.filter((worker) => worker !== undefined);
  return {
    memory,
    exports,
    threads: workers.length + 1,
    // The main thread of a page may not sleep.
    callerSleeps: host.window === undefined,
    stop() {
      for (const worker of workers) worker.stop();
    },
  };
}
