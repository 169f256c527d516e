// What runs a program: one interface for the plain reference and for ONNX Runtime on any machine.
import { BedsideError } from "../core/errors.ts";
import type { Program } from "./program.ts";
import { evaluateGraph } from "./reference.ts";

/** Elements as they go in and come out: floats, whole numbers, truth values as bytes. */
export type Elements = Float32Array | Float64Array | Int32Array | Uint8Array;

/** How a program is compiled. */
export interface CompileOptions {
  /** Outputs that are the next run's inputs: output name → input name. They stay with the executor. */
  state?: Readonly<Record<string, string>>;
}

/** A compiled program. Runs one at a time. */
export interface Executor {
  /** Gives the outputs that are not state. Arrays may be used again by the next run: copy what must last. */
  run(inputs: Readonly<Record<string, Elements>>): Promise<Record<string, Elements>>;
  /** The present value of a state input; throws before it was set. */
  state(name: string): Float32Array;
  setState(name: string, values: ArrayLike<number>): void;
  /** Frees what is not the garbage collector's. */
  close(): Promise<void>;
}

/** A way to run programs. */
export interface Runtime {
  readonly name: string;
  compile(program: Program, options?: CompileOptions): Promise<Executor>;
}

/** The error for a state that is asked for too early. */
export function stateNeverSet(name: string): BedsideError {
  return new BedsideError({ code: "tensor/no-state", what: `The state "${name}" was never set` });
}

/** Runs programs by their plain loops, in 64-bit floats: what every other way is tested against. */
export function referenceRuntime(): Runtime {
  return {
    name: "reference",
    async compile({ inputs, outputs }, { state = {} } = {}) {
      const held = new Map<string, Float64Array>();
      const names = Object.keys(outputs);
      return {
        async run(given) {
          const fed = new Map(
            Object.entries(inputs).map(([name, tensor]) => [
              tensor,
              held.get(name) ?? given[name] ?? new Float64Array(0),
            ]),
          );
          const results = evaluateGraph(Object.values(outputs), fed);
          const out: Record<string, Elements> = {};
          for (const [i, name] of names.entries()) {
            const into = state[name];
            if (into === undefined) out[name] = results[i]!;
            else held.set(into, results[i]!);
          }
          return out;
        },
        state: (name) => {
          const values = held.get(name);
          if (!values) throw stateNeverSet(name);
          return Float32Array.from(values);
        },
        setState: (name, values) => void held.set(name, Float64Array.from(values)),
        close: async () => {},
      };
    },
  };
}
