// Matrix products. Two-dimensional ones become Gemm, which transposes for nothing; others MatMul, batch by batch.
import { needFloats, shapeError } from "../place.ts";
import { commonShape, type Shape, sizeOf } from "../shape.ts";
import { applyOne, type Operation, type Tensor } from "../tensor.ts";
import { reshape, transpose } from "./arrange.ts";
import { broadcastOffsets, unbroadcast } from "./broadcast.ts";

export interface MatmulOptions {
  /** The last two axes of the first factor exchanged. */
  transposeA?: boolean;
  /** The last two axes of the second factor exchanged. */
  transposeB?: boolean;
}
type Flags = Required<MatmulOptions>;

function lastTwo(shape: Shape, transposed: boolean): [rows: number, columns: number] {
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transposed ? [columns, rows] : [rows, columns];
}

export const matmulOperation: Operation<Flags> = {
  name: "matmul",
  infer: ([a, b], { transposeA, transposeB }) => {
    needFloats("matmul", a!, b!);
    const [rows] = lastTwo(a!.shape, transposeA);
    const [, columns] = lastTwo(b!.shape, transposeB);
    const batch = commonShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    if (!batch) throw shapeError("matmul", [a!.shape, b!.shape], "sizes before the last two axes must be equal or 1");
    return [{ shape: [...batch, rows, columns], kind: "float" }];
  },
  evaluate: ([a, b], { transposeA, transposeB }, [out]) => {
    const [rows, inner] = lastTwo(a!.shape, transposeA);
    const columns = out!.shape.at(-1)!;
    const batch = out!.shape.slice(0, -2);
    const starts = [a!, b!].map((x) => broadcastOffsets(x.shape.slice(0, -2), batch));
    const result = new Float64Array(sizeOf(out!.shape));
    for (let n = 0; n < sizeOf(batch); n++) {
      const [p, q] = [starts[0]![n]! * rows * inner, starts[1]![n]! * inner * columns];
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let total = 0;
          for (let k = 0; k < inner; k++) {
            const x = a!.data[p + (transposeA ? k * rows + i : i * inner + k)]!;
            total += x * b!.data[q + (transposeB ? j * inner + k : k * columns + j)]!;
          }
          result[(n * rows + i) * columns + j] = total;
        }
      }
    }
    return [result];
  },
  gradient: ({ inputs: [a, b], attributes: { transposeA, transposeB } }, [g]) => {
    if (!g) return [];
    const da = transposeA
      ? matmul(b!, g, { transposeA: transposeB, transposeB: true })
      : matmul(g, b!, { transposeB: !transposeB });
    const db = transposeB
      ? matmul(g, a!, { transposeA: true, transposeB: transposeA })
      : matmul(a!, g, { transposeA: !transposeA });
    return [unbroadcast(da, a!.shape), unbroadcast(db, b!.shape)];
  },
  emit: (emitter, { inputs: [a, b], attributes: { transposeA, transposeB } }, [x, y]) => {
    if (a!.rank === 2 && b!.rank === 2) {
      return [
        emitter.node("Gemm", [x!, y!], {
          ...(transposeA ? { transA: { int: 1 } } : {}),
          ...(transposeB ? { transB: { int: 1 } } : {}),
        }),
      ];
    }
    // the runtime merges a Transpose into the product that takes it
    const turned = (name: string, rank: number) => {
      const order = Array.from({ length: rank }, (_, axis) => axis);
      [order[rank - 2], order[rank - 1]] = [rank - 1, rank - 2];
      return emitter.node("Transpose", [name], { perm: { ints: order } });
    };
    if (transposeA && a!.rank === b!.rank && a!.size >= 2 * b!.size) {
      // Aᵀ B as (Bᵀ A)ᵀ: what is turned is small, and a large factor is read as it lies
      return [turned(emitter.node("MatMul", [transposeB ? y! : turned(y!, b!.rank), x!]), a!.rank)];
    }
    return [emitter.node("MatMul", [transposeA ? turned(x!, a!.rank) : x!, transposeB ? turned(y!, b!.rank) : y!])];
  },
};

/**
 * The matrix product over the last two axes; axes in front are broadcast. A factor with one axis is a row or a column,
 * and its axis goes (as in NumPy). A matrix times many rows is done as one large product.
 */
export function matmul(a: Tensor, b: Tensor, { transposeA = false, transposeB = false }: MatmulOptions = {}): Tensor {
  const inner = a.rank < 2 ? a.shape[0] : lastTwo(a.shape, transposeA)[1];
  const other = b.rank < 2 ? b.shape[0] : lastTwo(b.shape, transposeB)[0];
  if (inner === undefined || other === undefined)
    throw shapeError("matmul", [a.shape, b.shape], "both need at least one axis");
  if (inner !== other) throw shapeError("matmul", [a.shape, b.shape], `the inner sizes ${inner} and ${other} differ`);
  if (a.rank === 1 || b.rank === 1) {
    const left = a.rank === 1 ? reshape(a, [1, a.size]) : a;
    const right = b.rank === 1 ? reshape(b, [b.size, 1]) : b;
    const product = matmul(left, right, { transposeA: transposeA && a.rank > 1, transposeB: transposeB && b.rank > 1 });
    const gone = [...(a.rank === 1 ? [product.rank - 2] : []), ...(b.rank === 1 ? [product.rank - 1] : [])];
    return reshape(
      product,
      product.shape.filter((_, axis) => !gone.includes(axis)),
    );
  }
  if (b.rank === 2 && a.rank > 2) {
    const left = transposeA ? transpose(a) : a;
    const rows = reshape(left, [sizeOf(left.shape.slice(0, -1)), left.shape.at(-1)!]);
    const product = matmul(rows, b, { transposeB });
    return reshape(product, [...left.shape.slice(0, -1), product.shape[1]!]);
  }
  return applyOne(matmulOperation, [a, b], { transposeA, transposeB });
}
