// A small assembler: WebAssembly instructions as named functions that give bytes, and the module around them. Knows no
// algorithm. Opcodes: WebAssembly Core Specification 2.0 (vectors included) and the threads proposal.

/** Encoded instructions, nested as they were written. An expression leaves one value on the stack, a statement none. */
export type Code = readonly (number | Code)[];

export type ValueType = "i32" | "i64" | "f64" | "v128";
const valueTypes: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f64: 0x7c, v128: 0x7b };

/** A local variable of the function being written. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Sets and leaves the value. */
  tee(value: Code): Code;
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value % 128;
    value = Math.floor(value / 128);
    bytes.push(value > 0 ? low | 0x80 : low);
  } while (value > 0);
  return bytes;
}

function signed(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 0x7fn);
    value >>= 7n;
    if ((value === 0n && (low & 0x40) === 0) || (value === -1n && (low & 0x40) !== 0)) {
      bytes.push(low);
      return bytes;
    }
    bytes.push(low | 0x80);
  }
}

function float64(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, opcode];
const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const vector = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
/** Loads take an address and a fixed distance from it in bytes; `align` is the power of two promised. */
const load =
  (opcode: number[], align: number) =>
  (address: Code, offset = 0): Code => [address, opcode, align, unsigned(offset)];
const store =
  (opcode: number[], align: number) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, align, unsigned(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, signed(BigInt(value))],
  load: load([0x28], 2),
  load8u: load([0x2d], 0),
  store: store([0x36], 2),
  store8: store([0x3a], 0),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrS: binary(0x75),
  shrU: binary(0x76),
  eq: binary(0x46),
  ne: binary(0x47),
  ltS: binary(0x48),
  ltU: binary(0x49),
  gtS: binary(0x4a),
  leS: binary(0x4c),
  geS: binary(0x4e),
  geU: binary(0x4f),
  eqz: unary(0x45),
  wrap: unary(0xa7),
  atomicLoad: load([0xfe, 0x10], 2),
  atomicStore: store([0xfe, 0x17], 2),
  /** Adds and gives what was there before. */
  atomicAdd: store([0xfe, 0x1e], 2),
  atomicSub: store([0xfe, 0x25], 2),
};

export const i64 = {
  const: (value: bigint): Code => [0x42, signed(value)],
  load: load([0x29], 3),
  store: store([0x37], 3),
  eqz: unary(0x50),
  add: binary(0x7c),
  sub: binary(0x7d),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrS: binary(0x87),
  shrU: binary(0x88),
  eq: binary(0x51),
  ltS: binary(0x53),
  fromI32U: unary(0xad),
  /** A float rounded toward zero; beyond the range the nearest end. */
  truncate: unary(0xfc, 0x06),
};

export const f64 = {
  const: (value: number): Code => [0x44, float64(value)],
  load: load([0x2b], 3),
  store: store([0x39], 3),
  loadF32: (address: Code, offset = 0): Code => [load([0x2a], 2)(address, offset), 0xbb],
  eq: binary(0x61),
  ne: binary(0x62),
  lt: binary(0x63),
  gt: binary(0x64),
  le: binary(0x65),
  ge: binary(0x66),
  abs: unary(0x99),
  neg: unary(0x9a),
  trunc: unary(0x9d),
  nearest: unary(0x9e),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  min: binary(0xa4),
  max: binary(0xa5),
  fromI32: unary(0xb7),
  fromI64: unary(0xb9),
  fromBits: unary(0xbf),
};

export const v128 = {
  load: load(vector(0), 4),
  store: store(vector(11), 4),
  and: binary(...vector(78)),
  /** Two 64-bit lanes, numbered 0 and 1 in a, 2 and 3 in b. */
  pick: (a: Code, b: Code, first: number, second: number): Code => [
    a,
    b,
    vector(13),
    Array.from({ length: 16 }, (_, k) => (k < 8 ? first : second) * 8 + (k % 8)),
  ],
  zero: [vector(12), new Array<number>(16).fill(0)] as Code,
};

export const i64x2 = {
  shl: (a: Code, bits: number): Code => [a, i32.const(bits), vector(203)],
  add: binary(...vector(206)),
  sub: binary(...vector(209)),
  lane: (a: Code, lane: number): Code => [a, vector(29), lane],
  splat: unary(...vector(18)),
  replace: (a: Code, lane: number, value: Code): Code => [a, value, vector(30), lane],
};

export const f64x2 = {
  splat: unary(...vector(20)),
  lane: (a: Code, lane: number): Code => [a, vector(33), lane],
  replace: (a: Code, lane: number, value: Code): Code => [a, value, vector(34), lane],
  abs: unary(...vector(236)),
  add: binary(...vector(240)),
  sub: binary(...vector(241)),
  mul: binary(...vector(242)),
  div: binary(...vector(243)),
  /** The larger of each lane, or a's where they cannot be compared. */
  larger: binary(...vector(247)),
};

/** Waits while the 32-bit number at the address equals `expected` (no time limit); gives 0 when woken, 1 when unequal. */
export const atomicWait = (address: Code, expected: Code): Code => [
  address,
  expected,
  i64.const(-1n),
  0xfe,
  0x01,
  2,
  0,
];
/** Wakes up to `count` waiters; gives how many. */
export const atomicNotify = (address: Code, count: Code): Code => [address, count, 0xfe, 0x00, 2, 0];

export const memoryCopy = (to: Code, from: Code, bytes: Code): Code => [to, from, bytes, 0xfc, 0x0a, 0, 0];
export const memoryFill = (to: Code, value: Code, bytes: Code): Code => [to, value, bytes, 0xfc, 0x0b, 0];

export const drop = (value: Code): Code => [value, 0x1a];
export const select = (yes: Code, no: Code, condition: Code): Code => [yes, no, condition, 0x1b];
export const when = (condition: Code, then: Code, otherwise?: Code): Code =>
  otherwise ? [condition, 0x04, 0x40, then, 0x05, otherwise, 0x0b] : [condition, 0x04, 0x40, then, 0x0b];
/** A block that `leave(depth)` jumps out of; depth counts the blocks, loops and `when`s between. */
export const block = (body: Code): Code => [0x02, 0x40, body, 0x0b];
/** A loop: `leave(depth)` inside goes on with its next pass; without it the loop ends after one pass. */
export const loop = (body: Code): Code => [0x03, 0x40, body, 0x0b];
export const leave = (depth: number): Code => [0x0c, unsigned(depth)];
export const leaveIf = (depth: number, condition: Code): Code => [condition, 0x0d, unsigned(depth)];
export const giveBack: Code = [0x0f];
/** Ends the call with an error. */
export const trap: Code = [0x00];

/** Runs the body for i = from, from + step, … below `to` (compared as signed); inside, `leave(0)` ends one pass only if the body is a block. */
export function forRange(i: Local, from: Code, to: Code, step: number, body: Code): Code {
  return [
    i.set(from),
    block([
      leaveIf(0, i32.geS(i.get, to)),
      loop([body, leaveIf(0, i32.ltS(i.tee(i32.add(i.get, i32.const(step))), to))]),
    ]),
  ];
}

interface FunctionRecord {
  name: string;
  parameters: ValueType[];
  result: ValueType | undefined;
  locals: ValueType[];
  body: Code;
}

/** A module with one memory, imported as `env.memory`. Every function is exported under its name. */
export class Assembler {
  private readonly functions: FunctionRecord[] = [];

  /**
   * Adds a function and gives the code that calls it. `write` gets its parameters and a maker of locals.
   */
  define(
    name: string,
    parameters: ValueType[],
    result: ValueType | undefined,
    write: (parameters: Local[], local: (type: ValueType) => Local) => Code,
  ): (...values: Code[]) => Code {
    const index = this.functions.length;
    const locals: ValueType[] = [];
    const local = (type: ValueType): Local => localAt(parameters.length + locals.push(type) - 1);
    const record: FunctionRecord = { name, parameters, result, locals, body: [] };
    this.functions.push(record);
    record.body = write(
      parameters.map((_, k) => localAt(k)),
      local,
    );
    return (...values) => [...values, 0x10, unsigned(index)];
  }

  /** The module's bytes, for a memory that is shared between threads or not. */
  bytes(shared: boolean): Uint8Array<ArrayBuffer> {
    const types = this.functions.map(({ parameters, result }) => [
      0x60,
      ...list(parameters.map((type) => [valueTypes[type]])),
      ...list(result ? [[valueTypes[result]]] : []),
    ]);
    const limits = shared ? [0x03, ...unsigned(1), ...unsigned(65536)] : [0x00, ...unsigned(1)];
    const code = this.functions.map(({ locals, body }) => {
      const bytes = [...list(locals.map((type) => [1, valueTypes[type]])), ...flat(body), 0x0b];
      return [...unsigned(bytes.length), ...bytes];
    });
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list(types)),
      ...section(2, list([[...text("env"), ...text("memory"), 0x02, ...limits]])),
      ...section(3, list(this.functions.map((_, k) => unsigned(k)))),
      ...section(7, list(this.functions.map(({ name }, k) => [...text(name), 0x00, ...unsigned(k)]))),
      ...section(10, list(code)),
    ]);
  }
}

function localAt(index: number): Local {
  const at = unsigned(index);
  return {
    get: [0x20, at],
    set: (value) => [value, 0x21, at],
    tee: (value) => [value, 0x22, at],
  };
}

function flat(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else flat(part, into);
  }
  return into;
}

function list(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function text(value: string): number[] {
  const bytes = [...new TextEncoder().encode(value)];
  return [...unsigned(bytes.length), ...bytes];
}
