// A tensor of a program: a shape, a kind of element and the operation that makes it. Holds no numbers and runs nothing.
import type { OnnxAttribute, OnnxGraph } from "../formats/onnx/index.ts";
import { type Shape, sizeOf } from "./shape.ts";

/** Kinds of elements: 32-bit floats, 32-bit whole numbers, truth values. */
export type Kind = "float" | "int" | "bool";

/** What a tensor looks like. */
export interface Spec {
  shape: Shape;
  kind: Kind;
}

/** Elements in row-major order, in 64-bit floats whatever the kind: the currency of the reference executor. */
export interface Values {
  shape: Shape;
  data: Float64Array;
}

/** How an operation is written into an ONNX graph; see emit.ts. */
export interface Emitter {
  /** Adds a node and gives the names of its outputs. */
  node(op: string, inputs: readonly string[], attributes?: Attributes, options?: EmitOptions): string;
  nodes(op: string, inputs: readonly string[], attributes: Attributes | undefined, options: EmitOptions): string[];
  /** A constant of whole numbers, 64 bits wide: what ONNX takes for shapes and axes. */
  int64(values: readonly number[], shape?: Shape): string;
  int32(values: ArrayLike<number>, shape: Shape): string;
  float32(values: ArrayLike<number>, shape: Shape): string;
  /** The name of a tensor made before, or made now. */
  of(tensor: Tensor): string;
  /**
   * A program inside the program. Parameters with a binding stand for that outer name; as a graph, those without one
   * become its inputs; else its nodes are written here.
   */
  inner(
    parameters: readonly Tensor[],
    outputs: readonly Tensor[],
    bindings: readonly (string | undefined)[],
    asGraph: boolean,
  ): InnerProgram;
}
export interface EmitOptions {
  outputs?: number;
  domain?: string;
}
export interface InnerProgram {
  /** The graph, where one was asked for. */
  graph: OnnxGraph | undefined;
  outputs: string[];
}
/** Attributes of an ONNX node. */
export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/**
 * An operation: its shape rule, its meaning in plain loops, its gradient in terms of other operations, and its ONNX
 * form. One object holds all four, so that a test can walk the list of operations.
 */
export interface Operation<A = unknown> {
  name: string;
  /** The outputs' shapes. Called once, when a node is made. */
  infer(inputs: readonly Tensor[], attributes: A): Spec[];
  /** Plain, slow, obviously right. */
  evaluate(inputs: readonly Values[], attributes: A, outputs: readonly Spec[]): Float64Array[];
  /**
   * The gradients of the inputs, given those of the outputs (undefined: zero). Left out: no gradient flows.
   * A gradient may be undefined where the input has none.
   */
  gradient?(node: TensorNode<A>, outputGradients: readonly (Tensor | undefined)[]): (Tensor | undefined)[];
  emit(emitter: Emitter, node: TensorNode<A>, inputs: readonly string[]): string[];
}

/** One use of an operation. */
export interface TensorNode<A = unknown> {
  /** Rises with every node made: inputs always have smaller numbers. */
  id: number;
  operation: Operation<A>;
  inputs: readonly Tensor[];
  attributes: A;
  outputs: Tensor[];
}

let lastNode = 0;

/** The number of the newest node. Nodes made from now on have larger ones. */
export function newestNode(): number {
  return lastNode;
}

/**
 * A symbolic tensor. Made by the functions of this folder, never by hand. The functions have PyTorch's and NumPy's names.
 */
export class Tensor {
  readonly node: TensorNode<never>;
  /** Which of the node's outputs it is. */
  readonly index: number;
  readonly shape: Shape;
  readonly kind: Kind;

  constructor(node: TensorNode<never>, index: number, { shape, kind }: Spec) {
    this.node = node;
    this.index = index;
    this.shape = shape;
    this.kind = kind;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
}

/** Uses an operation; gives its outputs. */
export function apply<A>(operation: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor[] {
  const specs = operation.infer(inputs, attributes);
  const node: TensorNode<A> = { id: ++lastNode, operation, inputs, attributes, outputs: [] };
  for (const spec of specs) addOutput(node, spec);
  return node.outputs;
}

/** Uses an operation that has one output. */
export function applyOne<A>(operation: Operation<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  return apply(operation, inputs, attributes)[0]!;
}

/** Gives a node one output more; those it has stay as they are. */
export function addOutput<A>(node: TensorNode<A>, spec: Spec): Tensor {
  const tensor = new Tensor(node as unknown as TensorNode<never>, node.outputs.length, spec);
  node.outputs.push(tensor);
  return tensor;
}
