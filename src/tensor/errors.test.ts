import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { BedsideError } from "../core/errors.ts";
import * as t from "./index.ts";

const f = (...shape: number[]) => t.input("x", shape);
const i = (...shape: number[]) => t.input("x", shape, "int");
const b = (...shape: number[]) => t.input("x", shape, "bool");
const step = (sequences: t.Tensor[], ...carry: t.Tensor[]) => t.scan(() => ({ carry }), { carry: [f(2)], sequences });

/** Each on a line of its own: what is wrong, the call, and words the message must hold, the operation's name first. */
const faulty: [what: string, call: () => unknown, ...words: string[]][] = [
  ["add of 3 and 4", () => t.add(f(2, 3), f(2, 4)), "add", "[2, 3]", "[2, 4]"],
  ["sub of two ranks", () => t.sub(f(2, 3), f(2)), "sub", "[2, 3]", "[2]"],
  ["mul of an empty axis and 2", () => t.mul(f(0), f(2)), "mul", "[0]", "[2]"],
  ["div of a float and an int", () => t.div(f(2), i(2)), "div", "float", "int"],
  ["pow of truth values", () => t.pow(b(2), b(2)), "pow", "bool"],
  ["maximum of 2 and 3 rows", () => t.maximum(f(2, 1), f(3, 1)), "maximum", "[2, 1]", "[3, 1]"],
  ["minimum of an int and a float", () => t.minimum(i(2), f(2)), "minimum", "int", "float"],
  ["a fraction added to whole numbers", () => t.add(i(2), 0.5), "0.5", "int"],
  ["exp of whole numbers", () => t.exp(i(2)), "exp", "int"],
  ["relu of truth values", () => t.relu(b(2)), "relu", "bool"],
  ["equal of 2 and 3", () => t.equal(f(2), f(3)), "equal", "[2]", "[3]"],
  ["less of a float and an int", () => t.less(f(2), i(2)), "less", "float", "int"],
  ["greater of truth values", () => t.greater(b(2), b(2)), "greater", "bool"],
  ["and of floats", () => t.logicalAnd(f(2), f(2)), "logicalAnd", "float"],
  ["not of floats", () => t.logicalNot(f(2)), "logicalNot", "float"],
  ["where on a float", () => t.where(f(2), f(2), f(2)), "where", "float"],
  ["where of two kinds", () => t.where(b(2), f(2), i(2)), "where", "float", "int"],
  ["where of three sizes", () => t.where(b(2), f(3), f(1)), "where", "[2]", "[3]", "[1]"],
  ["reshape to another size", () => t.reshape(f(2, 3), [4]), "reshape", "[2, 3]", "[4]", "6 and 4"],
  ["reshape with a remainder", () => t.reshape(f(2, 3), [4, -1]), "reshape", "[2, 3]", "[4, -1]"],
  ["reshape to fractions", () => t.reshape(f(2, 3), [1.5, 4]), "reshape", "[2, 3]", "[1.5, 4]"],
  ["reshape with two open sizes", () => t.reshape(f(2, 2), [-1, -1]), "reshape", "[2, 2]"],
  ["reshape to negative sizes", () => t.reshape(f(2, 2), [-2, -2]), "reshape", "[2, 2]", "[-2, -2]"],
  ["squeeze of a size 2", () => t.squeeze(f(1, 2), 1), "squeeze", "[1, 2]", "size 2"],
  ["unsqueeze too far", () => t.unsqueeze(f(2), 5), "unsqueeze", "[2]", "5"],
  ["unsqueeze too far back", () => t.unsqueeze(f(2), -3), "unsqueeze", "[2]", "-3"],
  ["permute of one axis twice", () => t.permute(f(2, 3), [0, 0]), "permute", "[2, 3]", "[0, 0]"],
  ["permute of too few axes", () => t.permute(f(2, 3), [0]), "permute", "[2, 3]", "[0]"],
  ["transpose of no such axis", () => t.transpose(f(2, 3), 0, 2), "transpose", "[2, 3]", "2"],
  ["transpose of one axis", () => t.transpose(f(3)), "transpose", "[3]"],
  ["expand of a size 2", () => t.expand(f(2, 3), [4, 3]), "expand", "[2, 3]", "[4, 3]"],
  ["expand to fewer axes", () => t.expand(f(1, 3), [3]), "expand", "[1, 3]", "[3]"],
  ["expand to a negative size", () => t.expand(f(1), [-2]), "expand", "[-2]"],
  ["slice of no such axis", () => t.slice(f(2, 3), 2, 0, 1), "slice", "[2, 3]", "2"],
  ["slice with step 0", () => t.slice(f(5), 0, 0, 5, 0), "slice", "[5]", "0"],
  ["slice before the start", () => t.slice(f(5), 0, -7, 2), "slice", "[5]"],
  ["select past the end", () => t.select(f(2, 3), 1, 3), "select", "[2, 3]", "3"],
  ["flip of no such axis", () => t.flip(f(2), 1), "flip", "[2]"],
  ["concat of nothing", () => t.concat([]), "concat"],
  ["concat of other rows", () => t.concat([f(2, 3), f(3, 3)], 1), "concat", "[2, 3]", "[3, 3]"],
  ["concat of two ranks", () => t.concat([f(2, 3), f(2)]), "concat", "[2, 3]", "[2]"],
  ["concat of two kinds", () => t.concat([f(2), i(2)]), "concat", "float", "int"],
  ["stack of two shapes", () => t.stack([f(2, 3), f(2, 4)]), "stack", "[2, 3]", "[2, 4]"],
  ["split that leaves some over", () => t.split(f(2, 5), [2, 2]), "split", "[2, 5]", "2, 2"],
  ["chunk with a remainder", () => t.chunk(f(5), 2), "chunk", "[5]", "2"],
  ["pad that takes away", () => t.padAxis(f(5), 0, -1, 0), "padAxis", "[5]", "-1"],
  ["pad of no such axis", () => t.padAxis(f(5), 1, 1, 0), "padAxis", "[5]", "1"],
  ["sum over no such axis", () => t.sum(f(2, 3), { axis: 2 }), "sum", "[2, 3]", "2"],
  ["sum of truth values", () => t.sum(b(2)), "sum", "bool"],
  ["mean of whole numbers", () => t.mean(i(2)), "mean", "int"],
  ["max over axis -3", () => t.max(f(2, 3), { axis: [0, -3] }), "max", "[2, 3]", "-3"],
  ["cumsum of truth values", () => t.cumsum(b(2), 0), "cumsum", "bool"],
  ["argmax over no such axis", () => t.argmax(f(2), 1), "argmax", "[2]"],
  ["topk of more than there are", () => t.topk(f(2, 3), 4), "topk", "[2, 3]", "4"],
  ["topk of a single number", () => t.topk(f(), 1), "topk", "[]"],
  ["gather by floats", () => t.gather(f(5), f(2)), "gather", "float"],
  ["gather along no such axis", () => t.gather(f(5), i(2), 1), "gather", "[5]", "1"],
  ["scatterAdd of 3 rows to 2 places", () => t.scatterAdd(f(3, 2), i(2), 4), "scatterAdd", "[3, 2]", "[2]"],
  ["scatterAdd by floats", () => t.scatterAdd(f(3), f(3), 4), "scatterAdd", "float"],
  ["takeAlong of other rows", () => t.takeAlong(f(2, 3), i(3, 1)), "takeAlong", "[2, 3]", "[3, 1]"],
  ["takeAlong of a single number", () => t.takeAlong(f(), i()), "takeAlong", "[]"],
  ["matmul of 3 and 4", () => t.matmul(f(2, 3), f(4, 5)), "matmul", "[2, 3]", "[4, 5]", "3 and 4"],
  ["matmul of many rows", () => t.matmul(f(2, 5, 3), f(4, 6)), "matmul", "[2, 5, 3]", "[4, 6]", "3 and 4"],
  ["matmul of a row", () => t.matmul(f(3), f(4, 6)), "matmul", "[3]", "[4, 6]"],
  ["matmul of a number", () => t.matmul(f(), f(4, 6)), "matmul", "[]", "[4, 6]"],
  ["matmul turned", () => t.matmul(f(2, 3), f(3, 4), { transposeB: true }), "matmul", "[2, 3]", "[3, 4]"],
  ["matmul of two batches", () => t.matmul(f(2, 3, 4), f(3, 4, 5)), "matmul", "[2, 3, 4]", "[3, 4, 5]"],
  ["matmul of whole numbers", () => t.matmul(i(2, 2), i(2, 2)), "matmul", "int"],
  ["einsum unreadable", () => t.einsum("ij,jk", f(2, 3), f(3, 4)), "einsum", "ij,jk"],
  ["einsum of a diagonal", () => t.einsum("ii,ij->ij", f(2, 2), f(2, 4)), "einsum", "ii,ij->ij"],
  ["einsum of too many axes", () => t.einsum("ij,jk->ik", f(2, 3, 4), f(3, 4)), "einsum", "[2, 3, 4]", "[3, 4]"],
  ["einsum of 3 and 4", () => t.einsum("ij,jk->ik", f(2, 3), f(4, 4)), "einsum", "[2, 3]", "[4, 4]", '"j"'],
  ["softmax of whole numbers", () => t.softmax(i(2, 3)), "softmax", "int"],
  ["softmax of a single number", () => t.softmax(f()), "softmax", "[]"],
  ["logSoftmax over no such axis", () => t.logSoftmax(f(2), 1), "logSoftmax", "[2]"],
  ["logsumexp of whole numbers", () => t.logsumexp(i(2)), "logsumexp", "int"],
  ["standardise over no axis", () => t.standardise(f(2), []), "standardise", "[2]"],
  ["layerNorm of another width", () => t.layerNorm(f(2, 3), f(4)), "layerNorm", "[2, 3]", "[4]"],
  ["rmsNorm of another width", () => t.rmsNorm(f(2, 3), f(2)), "rmsNorm", "[2, 3]", "[2]"],
  ["conv of other channels", () => t.conv(f(1, 2, 5), f(3, 4, 3)), "conv", "[1, 2, 5]", "[3, 4, 3]", "2 channels"],
  ["conv of uneven groups", () => t.conv(f(1, 4, 5), f(3, 2, 3), { groups: 2 }), "conv", "[1, 4, 5]", "[3, 2, 3]"],
  ["conv of two ranks", () => t.conv(f(1, 2, 5), f(3, 2, 3, 3)), "conv", "[1, 2, 5]", "[3, 2, 3, 3]"],
  ["conv of a matrix", () => t.conv(f(2, 5), f(3, 2)), "conv", "[2, 5]", "[3, 2]"],
  ["conv of a row", () => t.conv(f(5), f(3)), "conv", "[5]", "[3]"],
  ["conv in three dimensions", () => t.conv(f(1, 1, 3, 3, 3), f(1, 1, 2, 2, 2)), "conv", "[1, 1, 3, 3, 3]"],
  ["conv by too long a kernel", () => t.conv(f(1, 2, 3), f(1, 2, 4)), "conv", "[1, 2, 3]", "[1, 2, 4]"],
  ["conv with stride 0", () => t.conv(f(1, 2, 3), f(1, 2, 2), { stride: 0 }), "conv", "stride", "[1, 2, 3]"],
  ["conv with two strides", () => t.conv(f(1, 2, 3), f(1, 2, 2), { stride: [1, 1] }), "conv", "stride", "[1, 2, 2]"],
  ["maxPool of a matrix", () => t.maxPool(f(2, 3), { size: 2 }), "maxPool", "[2, 3]"],
  ["maxPool of a wide window", () => t.maxPool(f(1, 1, 3), { size: 4 }), "maxPool", "[1, 1, 3]", "[4]"],
  ["maxPool padded too far", () => t.maxPool(f(1, 1, 3), { size: 2, padding: 2 }), "maxPool", "padding"],
  ["avgPool of a wide window", () => t.avgPool(f(1, 2, 3), { size: 4 }), "avgPool", "[1, 2, 3]", "[4]"],
  ["avgPool of whole numbers", () => t.avgPool(i(1, 2, 3), { size: 2 }), "avgPool", "int"],
  ["oneHot of floats", () => t.oneHot(f(2), 3), "oneHot", "float"],
  ["maskedMean by a larger mask", () => t.maskedMean(f(3), b(2, 3), 0), "maskedMean", "[3]", "[2, 3]"],
  ["scan without sequences", () => t.scan(([h]) => ({ carry: [h!] }), { carry: [f(2)] }), "scan"],
  ["scan of two lengths", () => step([f(3, 2), f(4, 2)], f(2)), "scan", "[3, 2]", "[4, 2]"],
  ["scan of no steps", () => step([f(0, 2)], f(2)), "scan", "[0, 2]"],
  ["scan that loses a carry", () => step([f(3, 2)]), "scan", "[2]", "1 carries and gives 0"],
  ["scan that gains a carry", () => step([f(3, 2)], f(2), f(2)), "scan", "1 carries and gives 2"],
  ["scan whose carry grows", () => step([f(3, 2)], f(3)), "scan", "[2]", "[3]"],
  ["scan whose carry changes kind", () => step([f(3, 2)], i(2)), "scan", "float", "int"],
  ["a constant that does not fill", () => t.constant([1, 2, 3], [2, 2]), "constant", "[2, 2]", "3"],
  ["zeros of a negative size", () => t.zeros([-1]), "full", "[-1]"],
  ["an input of half a row", () => t.input("vitals", [0.5, 2]), "vitals", "[0.5, 2]"],
  ["gradients of a matrix", () => t.gradients(f(2, 3), []), "gradient", "[2, 3]"],
  ["gradients of a whole number", () => t.gradients(i(), []), "gradient", "int"],
  ["a program that lacks an input", () => t.program({}, { y: t.exp(f(2)) }), 'input "x"'],
  ["a program that lacks its noise", () => t.program({}, { y: t.uniformNoise([2]) }), "noise"],
  ["a program with a name twice", () => t.program({ y: t.ones([1]) }, { y: t.ones([1]) }), '"y"'],
];

const source = readFileSync(new URL(import.meta.url), "utf8").split("\n");

describe("a faulty call is refused with the operation, the shapes and the line of the caller", () => {
  test.each(faulty)("%s", (what, call, ...words) => {
    let error: unknown;
    try {
      call();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(BedsideError);
    const { problem } = error as BedsideError;
    const text = `${problem.what}\n${problem.why}`;
    for (const word of words) expect(text).toContain(word);
    // calls through `step` have the line of that helper, which is the model's own
    const line =
      source.findIndex((own) => own.includes(/step\(/.test(String(call)) ? "const step =" : `["${what}",`)) + 1;
    expect(problem.where).toMatch(new RegExp(`errors\\.test\\.ts:${line}:\\d+$`));
  });

  test("the table has every operation that has shapes to refuse", () => expect(faulty.length).toBeGreaterThan(100));
});

test("the line is that of the innermost function outside the engine", () => {
  const layer = (x: t.Tensor) => t.matmul(x, f(4, 2));
  const model = () => t.relu(layer(f(2, 3)));
  const line = source.findIndex((own) => own.includes("const layer =")) + 1;
  expect(model).toThrow(new RegExp(`where: \\S*errors\\.test\\.ts:${line}:`));
});
