// Runs programs through ONNX Runtime, in Node or in a browser: the caller brings the package.
import { BedsideError } from "../core/errors.ts";
import { emitProgram } from "./emit.ts";
import type { Program } from "./program.ts";
import { type CompileOptions, type Elements, type Executor, type Runtime, stateNeverSet } from "./runtime.ts";
import { shapeText } from "./shape.ts";
import type { Kind, Tensor } from "./tensor.ts";

/** The package `onnxruntime-node` or `onnxruntime-web`. */
export type Ort = Pick<typeof import("onnxruntime-node"), "InferenceSession" | "Tensor">;
type OrtTensor = InstanceType<Ort["Tensor"]>;

export interface OnnxRuntimeOptions {
  /** `cpu`, `wasm` or `webgpu`. Default: what the package takes first. */
  provider?: "cpu" | "wasm" | "webgpu";
  /** Threads inside one operation. Default: the package's own choice. */
  threads?: number;
  /** Whether idle threads wait actively: quicker alone on a machine, slower beside others. Default true. */
  spinning?: boolean;
  /** Whether outputs may be written into arrays given beforehand; the wasm provider ignores them. */
  reuseOutputs?: boolean;
}

const TYPES = { float: "float32", int: "int32", bool: "bool" } as const satisfies Record<Kind, string>;

/** Programs run by ONNX Runtime. */
export function onnxRuntime(ort: Ort, options: OnnxRuntimeOptions = {}): Runtime {
  const { provider, threads, spinning = true, reuseOutputs = provider === "cpu" } = options;
  return {
    name: `onnxruntime ${provider ?? "default"}`,
    async compile(program, compileOptions = {}) {
      const session = await ort.InferenceSession.create(emitProgram(program), {
        ...(provider ? { executionProviders: [provider] } : {}),
        ...(threads ? { intraOpNumThreads: threads } : {}),
        graphOptimizationLevel: "all",
        logSeverityLevel: 3,
        executionMode: "sequential",
        ...(spinning ? {} : { extra: { session: { intra_op: { allow_spinning: "0" } } } }),
      });
      return new OnnxExecutor(ort, session, program, compileOptions, reuseOutputs);
    },
  };
}

/** A session, and the state that goes round through it in two sets of arrays. */
class OnnxExecutor implements Executor {
  private readonly ort: Ort;
  private readonly session: Awaited<ReturnType<Ort["InferenceSession"]["create"]>>;
  private readonly program: Program;
  private readonly stateOf: ReadonlyMap<string, string>;
  private readonly held = new Map<string, OrtTensor>();
  private readonly spare = new Map<string, OrtTensor>();
  private readonly reuse: boolean;

  constructor(
    ort: Ort,
    session: Awaited<ReturnType<Ort["InferenceSession"]["create"]>>,
    program: Program,
    { state = {} }: CompileOptions,
    reuse: boolean,
  ) {
    this.ort = ort;
    this.session = session;
    this.program = program;
    this.stateOf = new Map(Object.entries(state));
    this.reuse = reuse;
  }

  async run(inputs: Readonly<Record<string, Elements>>): Promise<Record<string, Elements>> {
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(this.program.inputs)) {
      const held = this.held.get(name);
      feeds[name] = held ?? this.tensor(name, tensor, inputs[name]);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const [name, tensor] of Object.entries(this.program.outputs)) {
      fetches[name] = this.reuse ? this.outputFor(name, tensor) : null;
    }
    const results = (await this.session.run(feeds, fetches as never)) as unknown as Record<string, OrtTensor>;
    const out: Record<string, Elements> = {};
    for (const name of Object.keys(this.program.outputs)) {
      const into = this.stateOf.get(name);
      const result = results[name]!;
      if (into === undefined) {
        out[name] = result.data as Elements;
        continue;
      }
      // an output must never be written over an input that the same run reads: two sets, exchanged
      const before = this.held.get(into);
      this.held.set(into, result);
      if (before) this.spare.set(name, before);
    }
    return out;
  }

  state(name: string): Float32Array {
    const held = this.held.get(name);
    if (!held) throw stateNeverSet(name);
    return held.data as Float32Array;
  }

  setState(name: string, values: ArrayLike<number>): void {
    this.held.set(name, this.tensor(name, this.program.inputs[name]!, Float32Array.from(values)));
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private outputFor(name: string, tensor: Tensor): OrtTensor {
    let output = this.spare.get(name);
    if (!output) {
      const data = { float: Float32Array, int: Int32Array, bool: Uint8Array }[tensor.kind];
      output = new this.ort.Tensor(TYPES[tensor.kind] as never, new data(tensor.size) as never, tensor.shape);
      this.spare.set(name, output);
    }
    return output;
  }

  private tensor(name: string, { kind, shape, size }: Tensor, values: Elements | undefined): OrtTensor {
    if (values?.length !== size) {
      throw new BedsideError({
        code: "tensor/wrong-size",
        what: `The input "${name}" ${shapeText(shape)} was given ${values ? `${values.length} values` : "nothing"}`,
        why: `it holds ${size}`,
      });
    }
    const wanted = { float: Float32Array, int: Int32Array, bool: Uint8Array }[kind];
    const data = values instanceof wanted ? values : wanted.from(values);
    return new this.ort.Tensor(TYPES[kind] as never, data as never, shape);
  }
}
