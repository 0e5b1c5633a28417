/**
 * Writes small ONNX models by hand: the few messages of https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * that they need, in Protocol Buffers' wire format.
 */

type Field = readonly [number: number, value: number | string | Uint8Array | Message];
type Message = readonly Field[];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

function encode(message: Message): Uint8Array {
  return Buffer.concat(
    message.map(([number, value]) => {
      if (typeof value === "number") return Buffer.from([...varint(number * 8), ...varint(value)]);
      const isMessage = Array.isArray(value);
      const bytes = isMessage
        ? encode(value as Message)
        : Buffer.from(value as string | Uint8Array);
      return Buffer.concat([
        Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]),
        bytes,
      ]);
    }),
  );
}

const float = 1;

/** NodeProto: what `op` makes of its inputs. */
const node = (op: string, inputs: readonly string[], output: string, attributes: Message = []) =>
  [...inputs.map((input) => [1, input] as const), [2, output], [4, op], ...attributes] as Message;

/** TensorProto of 32-bit floats. */
const tensor = (name: string, dims: readonly number[], values: readonly number[]): Message => [
  ...dims.map((dim) => [1, dim] as const),
  [2, float],
  [8, name],
  [9, new Uint8Array(Float32Array.from(values).buffer)],
];

/** ValueInfoProto of floats; the first dimension is free. */
const value = (name: string, size: number): Message => [
  [1, name],
  [2, [[1, [[1, float], [2, [[1, [[2, "N"]]], [1, [[1, size]]]]]]]]],
]; // prettier-ignore

/**
 * A model with the shape of DNSMOS P.835 that hears nothing but the mean of its samples:
 * output k is `weights[k] · mean + offsets[k]`.
 */
export function meanModel(weights: readonly number[], offsets: readonly number[]): Uint8Array {
  const axes: Message = [[5, [[1, "axes"], [8, 1], [20, 7]]]]; // prettier-ignore
  const outputs = weights.length;
  return encode([
    [1, 8], // version of the format
    [7, [
      [1, node("ReduceMean", ["input_1"], "mean", axes)],
      [1, node("MatMul", ["mean", "weights"], "weighted")],
      [1, node("Add", ["weighted", "offsets"], "scores")],
      [2, "mean"],
      [5, tensor("weights", [1, outputs], weights)],
      [5, tensor("offsets", [outputs], offsets)],
      [11, value("input_1", 144_160)],
      [12, value("scores", outputs)],
    ]],
    [8, [[1, ""], [2, 13]]], // version of the operators
  ]); // prettier-ignore
}
