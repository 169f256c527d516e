// The kernel: the module's bytes, put together from its jobs, and a memory to hand out room in. Knows no trees.
import { BedsideError, Bug } from "../../core/errors.ts";
import { Assembler } from "./assembler.ts";
import { defineAssign, defineSort } from "./binning.ts";
import { defineBinary, defineQuantise } from "./gradients.ts";
import { defineLeafJob, defineSumPairs } from "./histogram.ts";
import type { WasmMemory } from "./host.ts";
import { args, control, HEAP_START, type Job, jobs } from "./layout.ts";
import { defineAddScores, definePartition, defineRoute, defineSettle } from "./partition.ts";
import { defineScan } from "./scan.ts";
import { defineThreads } from "./threads.ts";
import { defineWalk } from "./walk.ts";

/** What the kernel's module exports, as far as it is called from outside. */
export interface KernelExports {
  /** Runs items 0 … items − 1 of a job, on all threads or on this one alone, and comes back when all are done. */
  dispatch(job: number, items: number, alone: number): void;
  /** A worker's life. */
  work(): void;
  scan(histogram: number, valueBins: number, hasMissing: number, leaf: number, record: number): void;
  exp(x: number): number;
  /** Sums `count` pairs into the 16 bytes at `into`. */
  sumPairs(pairs: number, count: number, into: number): void;
}

/** The kernel's module for a memory shared between threads or not; a few kilobytes, made in some milliseconds. */
export function kernelBytes(shared: boolean): Uint8Array<ArrayBuffer> {
  const kernel = new Assembler();
  const scan = defineScan(kernel);
  const { settle, gather } = defineSettle(kernel);
  defineThreads(kernel, {
    leaf: defineLeafJob(kernel, scan),
    partition: definePartition(kernel),
    settle,
    addScores: defineAddScores(kernel),
    route: defineRoute(kernel),
    binary: defineBinary(kernel),
    quantise: defineQuantise(kernel),
    assign: defineAssign(kernel),
    sort: defineSort(kernel),
    gather,
    walk: defineWalk(kernel),
  });
  defineSumPairs(kernel);
  return kernel.bytes(shared);
}

const PAGE_BYTES = 65536;
/** WebAssembly's 32-bit addresses reach this far. */
const MOST_PAGES = 65536;

/** The kernel's memory: room handed out from the bottom up, views of all of it by type, and its jobs. */
export interface Kernel {
  readonly threads: number;
  /** An address of `bytes` zeroed bytes on a cache line's border. Views taken before may no longer reach it. */
  allocate(bytes: number): number;
  /** How far room is handed out; `release` takes back all that was given since. */
  mark(): number;
  release(mark: number): void;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  /** Runs a job's items; `alone` without waking the other threads, for work too small for them. */
  run(job: Job, items: number, alone?: boolean): void;
  /** The sums of `count` pairs from an address on: gradient, and row count with hessian. */
  sum(pairs: number, count: number): [bigint, bigint];
  /** Ends the workers. */
  close(): void;
}

/** Where the threads come from: see trees/workers.ts. */
export interface ThreadStart {
  readonly memory: WasmMemory;
  readonly exports: KernelExports;
  readonly threads: number;
  readonly callerSleeps: boolean;
  stop(): void;
}

/** Passes of a waiting loop before a thread sleeps: some tens of microseconds. */
const SPINS = 20_000;

export function kernelOn(start: ThreadStart): Kernel {
  const { memory, exports, threads } = start;
  let top = HEAP_START;
  let dirty = HEAP_START;
  let views = viewsOf(memory.buffer);
  views.i32[control.spins >> 2] = SPINS;
  views.i32[control.callerSleeps >> 2] = start.callerSleeps ? 1 : 0;
  return {
    threads,
    allocate(bytes) {
      const address = top;
      const end = address + bytes;
      const pages = Math.ceil(end / PAGE_BYTES);
      if (pages > MOST_PAGES) throw tooLarge(end);
      const missing = pages - memory.buffer.byteLength / PAGE_BYTES;
      if (missing > 0) {
        try {
          memory.grow(missing);
        } catch (cause) {
          throw tooLarge(end, cause);
        }
      }
      if (views.u8.length !== memory.buffer.byteLength) views = viewsOf(memory.buffer);
      if (address < dirty) views.u8.fill(0, address, Math.min(end, dirty));
      top = Math.ceil(end / 64) * 64;
      dirty = Math.max(dirty, top);
      return address;
    },
    mark: () => top,
    release(mark) {
      top = mark;
    },
    get u8() {
      return views.u8;
    },
    get i32() {
      return views.i32;
    },
    get f32() {
      return views.f32;
    },
    get f64() {
      return views.f64;
    },
    get i64() {
      return views.i64;
    },
    run(job, items, alone = false) {
      try {
        exports.dispatch(jobs.indexOf(job), items, alone || threads === 1 ? 1 : 0);
      } catch (cause) {
        if (views.i32[control.failed >> 2] === 0) throw cause;
        throw new Bug(`A thread of the trees ended in the midst of the job ${job}`);
      }
    },
    sum(pairs, count) {
      exports.sumPairs(pairs, count, args.leaf);
      return [views.i64[args.leaf >> 3]!, views.i64[(args.leaf >> 3) + 1]!];
    },
    close: () => start.stop(),
  };
}

function viewsOf(buffer: ArrayBufferLike) {
  return {
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    i64: new BigInt64Array(buffer),
  };
}

function tooLarge(bytes: number, cause?: unknown): BedsideError {
  return new BedsideError(
    {
      code: "trees/too-large",
      what: `Training needs ${Math.ceil(bytes / 2 ** 20)} MiB of memory, more than can be had`,
      why: "the binned table and the histograms must fit into 4 GiB and into the machine's memory",
      fix: "Train on fewer rows or columns, or with fewer leaves",
    },
    { cause },
  );
}
