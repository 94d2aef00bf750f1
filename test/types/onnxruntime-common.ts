// Checked by `tsc -p tsconfig.test.json`, never run: tensors of onnxruntime-common serve as ours.
import { Engine, type TensorLike } from 'node-tensorrt';
import * as ort from 'onnxruntime-common';

const float32 = new ort.Tensor('float32', new Float32Array(2), [2]);
const int64 = new ort.Tensor('int64', new BigInt64Array(2), [2]);
const bool = new ort.Tensor('bool', new Uint8Array(2), [2]);
const text = new ort.Tensor('string', ['a', 'b'], [2]);
const half = new ort.Tensor('float16', new Uint16Array(2), [2]);

export const precise: [TensorLike<'float32'>, TensorLike<'int64'>, TensorLike<'bool'>, TensorLike<'string'>] = [
  float32,
  int64,
  bool,
  text,
];
export const loose: TensorLike[] = [float32, int64, bool, text, half];

declare const unknownType: ort.Tensor;
// @ts-expect-error of a Tensor without a type parameter it is not known that it is none of int4 and uint4
loose.push(unknownType);

export async function run(): Promise<void> {
  const engine = await Engine.load('model.onnx');
  await engine.run({ float32, int64, bool, text }, { into: { y: float32 } });
  const typed = await Engine.load<{ x: TensorLike<'float32'> }>('model.onnx');
  await typed.run({ x: float32 });
  // @ts-expect-error another element type
  await typed.run({ x: int64 });
}
