// A program as an ONNX graph. Knows the operations only through their `emit`.
import { Bug } from "../core/errors.ts";
import { encodeModel, type OnnxGraph, type OnnxNode, type OnnxTensor, type OnnxValue } from "../formats/onnx/index.ts";
import type { Program } from "./program.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Attributes, EmitOptions, Emitter, InnerProgram, Kind, Tensor, TensorNode } from "./tensor.ts";

const TYPES = { float: "float32", int: "int32", bool: "bool" } as const satisfies Record<Kind, string>;

/** The ONNX model of a program; its inputs and outputs carry the program's names. */
export function emitProgram(program: Program, metadata: Record<string, string> = {}): Uint8Array<ArrayBuffer> {
  return encodeModel({ graph: programGraph(program), metadata });
}

/** A leaf whose values are written into the model. */
export interface FixedLeaf {
  tensor: Tensor;
  name: string;
  data: ArrayLike<number>;
}

/** The graph alone, as data; leaves given as fixed become constants of it. */
export function programGraph({ inputs, outputs }: Program, fixed: readonly FixedLeaf[] = []): OnnxGraph {
  const writer = new GraphWriter();
  const names = Object.entries(inputs);
  for (const [name, tensor] of names) writer.bind(tensor, name);
  for (const { tensor, name, data } of fixed) {
    writer.bind(tensor, name);
    writer.constants.push({ name, type: TYPES[tensor.kind], shape: tensor.shape, data });
  }
  const results = Object.entries(outputs).map(([name, tensor]) => ({ name, tensor }));
  for (const { name } of results) writer.reserve(name);
  writer.write(results.map(({ tensor }) => tensor));
  const nodes = withNames(
    writer.nodesMade,
    results.map(({ name, tensor }) => ({ from: writer.of(tensor), to: name })),
  );
  return {
    name: "program",
    inputs: names.map(([name, tensor]) => valueInfo(name, tensor)),
    outputs: results.map(({ name, tensor }) => valueInfo(name, tensor)),
    constants: writer.constants,
    nodes,
  };
}

/**
 * Gives tensors other names, so that outputs are written under the names the program gives them. What is an input, a
 * constant or an output already is copied.
 */
function withNames(nodes: readonly OnnxNode[], wanted: readonly { from: string; to: string }[]): OnnxNode[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const renamed = new Map<string, string>();
  const copied: (typeof wanted)[number][] = [];
  for (const { from, to } of wanted) {
    if (made.has(from) && !renamed.has(from)) renamed.set(from, to);
    else copied.push({ from, to });
  }
  const named = (name: string) => renamed.get(name) ?? name;
  return [
    ...renameNodes(nodes, named),
    ...copied.map(({ from, to }) => ({ op: "Identity", inputs: [named(from)], outputs: [to] })),
  ];
}

/** Also in the graphs inside nodes, which see the names of the outer graph. */
function renameNodes(nodes: readonly OnnxNode[], named: (name: string) => string): OnnxNode[] {
  return nodes.map((node) => {
    const body = node.attributes?.body;
    const inner = body && "graph" in body ? body.graph : undefined;
    return {
      ...node,
      inputs: node.inputs.map(named),
      outputs: node.outputs.map(named),
      ...(inner
        ? { attributes: { ...node.attributes, body: { graph: { ...inner, nodes: renameNodes(inner.nodes, named) } } } }
        : {}),
    };
  });
}

function valueInfo(name: string, { shape, kind }: Tensor): OnnxValue {
  return { name, type: TYPES[kind], shape };
}

/** Names shared by a graph and the graphs inside it. */
interface Shared {
  count: number;
  constants: OnnxTensor[];
  byContent: Map<string, string>;
  /** The program's own names, which no tensor between may have. */
  taken: Set<string>;
}

class GraphWriter implements Emitter {
  readonly nodesMade: OnnxNode[] = [];
  private readonly names = new Map<Tensor, string>();
  private readonly shared: Shared;

  constructor(shared: Shared = { count: 0, constants: [], byContent: new Map(), taken: new Set() }) {
    this.shared = shared;
  }

  get constants(): OnnxTensor[] {
    return this.shared.constants;
  }

  bind(tensor: Tensor, name: string): void {
    this.names.set(tensor, name);
    this.shared.taken.add(name);
  }

  /** Keeps a name from being given to something else. */
  reserve(name: string): void {
    this.shared.taken.add(name);
  }

  /** Writes what the tensors are made of, inputs before their users. */
  write(tensors: readonly Tensor[]): void {
    const nodes = [...reachUnbound(tensors, this.names)].sort((a, b) => a.id - b.id);
    for (const node of nodes) {
      const inputs = node.inputs.map((x) => this.names.get(x)!);
      const outputs = node.operation.emit(this, node, inputs);
      for (const [i, tensor] of node.outputs.entries()) this.names.set(tensor, outputs[i]!);
    }
  }

  node(op: string, inputs: readonly string[], attributes?: Attributes, options: EmitOptions = {}): string {
    return this.nodes(op, inputs, attributes, options)[0]!;
  }

  nodes(
    op: string,
    inputs: readonly string[],
    attributes: Attributes | undefined,
    { outputs = 1, domain }: EmitOptions,
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.fresh());
    this.nodesMade.push({
      op,
      inputs,
      outputs: names,
      ...(attributes ? { attributes } : {}),
      ...(domain ? { domain } : {}),
    });
    return names;
  }

  int64(values: readonly number[], shape: Shape = [values.length]): string {
    return this.constant("int64", values, shape);
  }

  int32(values: ArrayLike<number>, shape: Shape): string {
    return this.constant("int32", values, shape);
  }

  float32(values: ArrayLike<number>, shape: Shape): string {
    return this.constant("float32", values, shape);
  }

  of(tensor: Tensor): string {
    if (!this.names.has(tensor)) this.write([tensor]);
    return this.names.get(tensor)!;
  }

  inner(
    parameters: readonly Tensor[],
    outputs: readonly Tensor[],
    bindings: readonly (string | undefined)[],
    asGraph: boolean,
  ): InnerProgram {
    const writer = new GraphWriter(this.shared);
    if (!asGraph) {
      for (const [i, parameter] of parameters.entries()) writer.bind(parameter, bindings[i]!);
      writer.write(outputs);
      this.nodesMade.push(...writer.nodesMade);
      return { graph: undefined, outputs: outputs.map((tensor) => writer.of(tensor)) };
    }
    const own = parameters.filter((_, i) => bindings[i] === undefined);
    const inputs = own.map((parameter) => valueInfo(this.fresh(), parameter));
    for (const [i, parameter] of own.entries()) writer.bind(parameter, inputs[i]!.name);
    for (const [i, parameter] of parameters.entries()) {
      const outer = bindings[i];
      if (outer !== undefined) writer.bind(parameter, outer);
    }
    writer.write(outputs);
    const wanted = outputs.map((tensor) => ({ from: writer.of(tensor), to: this.fresh() }));
    const results = outputs.map((tensor, i) => valueInfo(wanted[i]!.to, tensor));
    const nodes = withNames(writer.nodesMade, wanted);
    const graph: OnnxGraph = { name: this.fresh(), inputs, outputs: results, constants: [], nodes };
    return { graph, outputs: results.map(({ name }) => name) };
  }

  private constant(type: OnnxTensor["type"], values: ArrayLike<number>, shape: Shape): string {
    if (values.length !== sizeOf(shape)) throw new Bug("a constant does not fill its shape");
    // small constants are shared; large ones are rarely equal
    const key = values.length <= 64 ? `${type} ${shape.join()} ${Array.from(values).join()}` : undefined;
    const known = key && this.shared.byContent.get(key);
    if (known) return known;
    const name = this.fresh();
    this.shared.constants.push({ name, type, shape, data: values });
    if (key) this.shared.byContent.set(key, name);
    return name;
  }

  private fresh(): string {
    let name = "";
    do name = `t${this.shared.count++}`;
    while (this.shared.taken.has(name));
    return name;
  }
}

/** Nodes not yet written that the tensors are made of. */
function reachUnbound(tensors: readonly Tensor[], bound: ReadonlyMap<Tensor, string>): Set<TensorNode<never>> {
  const seen = new Set<TensorNode<never>>();
  const open = tensors.filter((tensor) => !bound.has(tensor)).map((tensor) => tensor.node);
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const x of node.inputs) if (!bound.has(x) && !seen.has(x.node)) open.push(x.node);
  }
  return seen;
}
