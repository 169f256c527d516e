// ONNX models as plain data, and their bytes. Field numbers from the onnx.proto of ONNX 1.16 (IR version 9). Runs nothing.
import { ProtobufWriter } from "./protobuf.ts";

/** Element types of ONNX tensors that Bedside uses, with their numbers in TensorProto.DataType. */
export const ONNX_TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, string: 8, bool: 9, float64: 11 } as const;
export type OnnxType = keyof typeof ONNX_TYPES;

/** A constant inside a model. `data` holds the elements in row-major order; booleans are 0 and 1. */
export interface OnnxTensor {
  name: string;
  type: Exclude<OnnxType, "string">;
  shape: readonly number[];
  data: ArrayLike<number>;
}

/** An attribute: whole numbers are `{ int }`, since 1 and 1.0 are different types to ONNX. */
export type OnnxAttribute =
  | { int: number }
  | { float: number }
  | { text: string }
  | { ints: readonly number[] }
  | { floats: ArrayLike<number> }
  | { texts: readonly string[] }
  | { tensor: OnnxTensor }
  | { graph: OnnxGraph };

/** One operation. An empty string among the inputs or outputs leaves an optional one out. */
export interface OnnxNode {
  op: string;
  /** "" is the standard set; "com.microsoft" and "ai.onnx.ml" are others. */
  domain?: string;
  name?: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A named input or output; a dimension that is a word may have any size. */
export interface OnnxValue {
  name: string;
  type: OnnxType;
  shape: readonly (number | string)[];
}

/** A graph; `nodes` must stand in an order in which every input exists before it is used. */
export interface OnnxGraph {
  name: string;
  inputs: readonly OnnxValue[];
  outputs: readonly OnnxValue[];
  constants: readonly OnnxTensor[];
  nodes: readonly OnnxNode[];
}

/** A model: a graph, the operator sets it uses, and what else is to be known of it. */
export interface OnnxModel {
  graph: OnnxGraph;
  /** Version of each operator set. Default `{ "": 18 }`. */
  operatorSets?: Readonly<Record<string, number>>;
  producer?: string;
  metadata?: Readonly<Record<string, string>>;
}

/** The bytes of an `.onnx` file. */
export function encodeModel({
  graph,
  operatorSets = { "": 18 },
  producer = "bedside",
  metadata = {},
}: OnnxModel): Uint8Array<ArrayBuffer> {
  const model = new ProtobufWriter().integer(1, 9).text(2, producer).bytes(7, encodeGraph(graph));
  for (const [domain, version] of Object.entries(operatorSets)) {
    model.bytes(8, new ProtobufWriter().text(1, domain).integer(2, version));
  }
  for (const [key, value] of Object.entries(metadata)) {
    model.bytes(14, new ProtobufWriter().text(1, key).text(2, value));
  }
  return model.finish();
}

function encodeGraph({ name, inputs, outputs, constants, nodes }: OnnxGraph): ProtobufWriter {
  const graph = new ProtobufWriter();
  for (const node of nodes) graph.bytes(1, encodeNode(node));
  graph.text(2, name);
  for (const constant of constants) graph.bytes(5, encodeTensor(constant));
  for (const input of inputs) graph.bytes(11, encodeValue(input));
  for (const output of outputs) graph.bytes(12, encodeValue(output));
  return graph;
}

function encodeNode({ op, domain = "", name = "", inputs, outputs, attributes = {} }: OnnxNode): ProtobufWriter {
  const node = new ProtobufWriter();
  for (const input of inputs) node.text(1, input);
  for (const output of outputs) node.text(2, output);
  if (name) node.text(3, name);
  node.text(4, op);
  for (const [key, attribute] of Object.entries(attributes)) node.bytes(5, encodeAttribute(key, attribute));
  if (domain) node.text(7, domain);
  return node;
}

function encodeAttribute(name: string, attribute: OnnxAttribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if ("float" in attribute) return writer.float(2, attribute.float).integer(20, 1);
  if ("int" in attribute) return writer.integer(3, attribute.int).integer(20, 2);
  if ("text" in attribute) return writer.text(4, attribute.text).integer(20, 3);
  if ("tensor" in attribute) return writer.bytes(5, encodeTensor(attribute.tensor)).integer(20, 4);
  if ("graph" in attribute) return writer.bytes(6, encodeGraph(attribute.graph)).integer(20, 5);
  if ("floats" in attribute) return writer.floats(7, attribute.floats).integer(20, 6);
  if ("ints" in attribute) return writer.integers(8, attribute.ints).integer(20, 7);
  for (const text of attribute.texts) writer.text(9, text);
  return writer.integer(20, 8);
}

function encodeTensor({ name, type, shape, data }: OnnxTensor): ProtobufWriter {
  return new ProtobufWriter()
    .integers(1, shape)
    .integer(2, ONNX_TYPES[type])
    .text(8, name)
    .bytes(9, rawBytes(type, data));
}

/** Elements as ONNX stores them: little-endian, booleans a byte each. */
function rawBytes(type: OnnxTensor["type"], data: ArrayLike<number>): Uint8Array {
  if (type === "bool" || type === "uint8") return Uint8Array.from(data);
  const size = type === "int64" || type === "float64" ? 8 : 4;
  const view = new DataView(new ArrayBuffer(data.length * size));
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (type === "float32") view.setFloat32(i * 4, value, true);
    else if (type === "float64") view.setFloat64(i * 8, value, true);
    else if (type === "int32") view.setInt32(i * 4, value, true);
    else view.setBigInt64(i * 8, BigInt(value), true);
  }
  return new Uint8Array(view.buffer);
}

function encodeValue({ name, type, shape }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const size of shape) {
    const dimension = new ProtobufWriter();
    dimensions.bytes(1, typeof size === "string" ? dimension.text(2, size) : dimension.integer(1, size));
  }
  const tensor = new ProtobufWriter().integer(1, ONNX_TYPES[type]).bytes(2, dimensions);
  return new ProtobufWriter().text(1, name).bytes(2, new ProtobufWriter().bytes(1, tensor));
}
