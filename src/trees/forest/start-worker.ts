// Starts a thread from a program's text, in Node or in a browser. Knows nothing of what the program does.

/** A running thread. */
export interface Thread {
  send(message: unknown, transfer: ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  onFailure(listener: (error: unknown) => void): void;
  stop(): void;
}

/** The part of a browser's worker that is used here. */
interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(kind: string, listener: (event: { data?: unknown; message?: string }) => void): void;
  terminate(): void;
}

/**
 * The text stands in a function that is given `send(message)` and returns what is to be done with each message received.
 * Undefined where no thread can be started.
 */
export async function startThread(text: string): Promise<Thread | undefined> {
  const webWorker = (globalThis as { Worker?: new (url: string) => WebWorker }).Worker;
  try {
    return webWorker ? startInBrowser(text, webWorker) : await startInNode(text);
  } catch {
    return undefined;
  }
}

/** How many threads this machine runs at once, as far as it tells. */
export async function coreCount(): Promise<number> {
  const { navigator } = globalThis as { navigator?: { hardwareConcurrency?: number } };
  if (navigator?.hardwareConcurrency) return navigator.hardwareConcurrency;
  try {
    return (await import("node:os")).availableParallelism();
  } catch {
    return 1;
  }
}

async function startInNode(text: string): Promise<Thread> {
  const { Worker } = await import("node:worker_threads");
  const program = `const { parentPort } = require("node:worker_threads");
const receive = (${text})((message) => parentPort.postMessage(message));
parentPort.on("message", receive);`;
  const worker = new Worker(program, { eval: true, execArgv: [] });
  return {
    send: (message, transfer) => worker.postMessage(message, transfer),
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
    send: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: (listener) => worker.addEventListener("message", (event) => listener(event.data)),
    onFailure: (listener) => worker.addEventListener("error", (event) => listener(new Error(event.message))),
    stop: () => {
      worker.terminate();
      URL.revokeObjectURL(url);
    },
  };
}
