import { Pauses } from '../../onnx/file/pauses.js';
import { dataTypes } from '../../tensor/data-types.js';
import type { TensorLike, TensorType } from '../../tensor/types.js';
import { checkedElements, readNumbers } from './statistics/elements.js';

const SLICE_ELEMENTS = 1 << 15;

/** A floating-point tensor in another floating-point type, rounded to nearest even. `what` names it in errors. */
export async function castFloats(what: string, tensor: TensorLike, type: TensorType): Promise<TensorLike> {
  const source = checkedElements(what, tensor);
  const count = source.data.length;
  const data = dataTypes[type].create(count) as Float32Array | Float64Array | Uint16Array;
  const numbers = new Float64Array(Math.min(count, SLICE_ELEMENTS));
  const pauses = new Pauses();
  for (let start = 0; start < count; start += SLICE_ELEMENTS) {
    const end = Math.min(count, start + SLICE_ELEMENTS);
    readNumbers(source, start, end, numbers);
    const round = type === 'float16' ? toHalf : type === 'bfloat16' ? toBfloat16 : undefined;
    for (let i = start; i < end; i++) {
      const number = numbers[i - start] as number;
      data[i] = round ? round(number) : number;
    }
    if (pauses.due) await pauses.take();
  }
  return { type, data, dims: tensor.dims };
}

const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The bits of the nearest float16. */
export function toHalf(value: number): number {
  float[0] = value;
  const bits = word[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const size = bits & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  // From 65520 on the nearest is infinity.
  if (size >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 it is a multiple of 2^-24.
  if (size < 0x38800000) return sign | halfEven(Math.abs(float[0] as number) * 2 ** 24);
  const rounded = size + 0xfff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The bits of the nearest bfloat16. */
export function toBfloat16(value: number): number {
  float[0] = value;
  const bits = word[0] as number;
  if ((bits & 0x7fffffff) > 0x7f800000) return ((bits >>> 16) & 0x8000) | 0x7fc0;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

function halfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
