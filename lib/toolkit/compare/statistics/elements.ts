import { halfToNumber } from '../../../onnx/graph/numbers.js';
import { type FloatType, floatTypes } from '../../../onnx/numeric/elements.js';
import { requireArray } from '../../../tensor/data-types.js';
import type { DataOf, TensorLike, TensorType } from '../../../tensor/types.js';

/** Elements of a tensor, whatever they are: float16 and bfloat16 as bits. */
export type ElementArray = Exclude<DataOf<TensorType>, { readonly [Symbol.toStringTag]: 'Float16Array' }>;

/** A tensor whose data was checked. `what` names it in errors. */
export interface CheckedElements {
  readonly what: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: ElementArray;
}

/** Checks that the data is of its type. Throws INVALID_ARGUMENT. */
export function checkedElements(what: string, { type, dims, data }: TensorLike): CheckedElements {
  return { what, type, dims, data: requireArray(`${what}.data`, type, data) as ElementArray };
}

/** Whether elements are numbers with a fraction. */
export function isFloatType(type: TensorType): type is FloatType {
  return (floatTypes as readonly TensorType[]).includes(type);
}

/** Writes elements from `start` to `end` into `target` as numbers; int64 beyond 2^53 are rounded. Not for strings. */
export function readNumbers({ type, data }: CheckedElements, start: number, end: number, target: Float64Array): void {
  const table = type === 'float16' ? halves() : type === 'bfloat16' ? bfloats() : undefined;
  if (table) {
    const bits = data as Uint16Array;
    for (let i = start; i < end; i++) target[i - start] = table[bits[i] as number] as number;
  } else if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = start; i < end; i++) target[i - start] = Number(data[i]);
  } else {
    target.set((data as Float32Array).subarray(start, end));
  }
}

const tables: { half?: Float32Array; bfloat?: Float32Array } = {};

/** The number of each bit pattern. Put together from bits, since 65,536 calls would take long. */
function halves(): Float32Array {
  tables.half ??= fromBits((bits) => {
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    if (exponent === 0) return undefined;
    return ((bits & 0x8000) << 16) | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  });
  return tables.half;
}

function bfloats(): Float32Array {
  tables.bfloat ??= fromBits((bits) => bits << 16);
  return tables.bfloat;
}

/** `wide` gives the bits of the float32 with the same value; undefined: it is a small float16. */
function fromBits(wide: (bits: number) => number | undefined): Float32Array {
  const table = new Float32Array(65_536);
  const words = new Uint32Array(table.buffer);
  for (let bits = 0; bits < 65_536; bits++) {
    const word = wide(bits);
    if (word === undefined) table[bits] = halfToNumber(bits);
    else words[bits] = word;
  }
  return table;
}
