import type { ElementType } from '../graph/element-types.js';
import { arrayOver } from '../graph/numbers.js';
import type { Tensor } from '../graph/tensor.js';

/** What the elements of a tensor are like. */
export interface TensorStats {
  /** Elements that are NaN. */
  readonly nans: number;
  readonly infinities: number;
  /** Not 0, but below the smallest normal number of the element's type. */
  readonly denormals: number;
  /** Finite, and beyond what float16 holds (65504). */
  readonly beyondFloat16: number;
  /** Whole numbers beyond 32 bits; the ends that slices are written with (within 2 of ±2^63, ±2^31) are not counted. */
  readonly beyondInt32: number;
  /** Largest magnitude of the finite ones. */
  readonly largest: number;
}

/** Of float32, float64, float16, bfloat16 and int64; undefined for other types. */
export class StatsCounter {
  nans = 0;
  infinities = 0;
  denormals = 0;
  beyondFloat16 = 0;
  beyondInt32 = 0;
  largest = 0;

  constructor(private readonly type: ElementType) {}

  static counts(type: ElementType): boolean {
    return Object.hasOwn(smallestNormal, type) || type === 'int64';
  }

  /** Bytes of whole elements. */
  add(bytes: Uint8Array): void {
    const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
    const array = arrayOver(this.type, aligned);
    if (array instanceof BigInt64Array) this.#whole(array);
    else if (array instanceof Float32Array || array instanceof Float64Array) this.#float(array);
    else if (array instanceof Uint16Array) this.#half(array);
  }

  #float(array: Float32Array | Float64Array): void {
    const smallest = smallestNormal[this.type] as number;
    for (let i = 0; i < array.length; i++) {
      const value = Math.abs(array[i] as number);
      if (value > this.largest) {
        if (value === Number.POSITIVE_INFINITY) this.infinities++;
        else this.largest = value;
      }
      if (value > MAX_FLOAT16 && value !== Number.POSITIVE_INFINITY) this.beyondFloat16++;
      else if (value < smallest && value !== 0) this.denormals++;
      else if (Number.isNaN(value)) this.nans++;
    }
  }

  /** float16 and bfloat16: by the bits of exponent and fraction. */
  #half(array: Uint16Array): void {
    const fractionBits = this.type === 'float16' ? 10 : 7;
    const fractionMask = (1 << fractionBits) - 1;
    const exponentMask = 0x7fff >> fractionBits;
    for (let i = 0; i < array.length; i++) {
      const bits = array[i] as number;
      const exponent = (bits >> fractionBits) & exponentMask;
      if (exponent !== 0 && exponent !== exponentMask) continue;
      const fraction = bits & fractionMask;
      if (exponent === 0) this.denormals += fraction === 0 ? 0 : 1;
      else if (fraction === 0) this.infinities++;
      else this.nans++;
    }
  }

  #whole(array: BigInt64Array): void {
    for (let i = 0; i < array.length; i++) {
      const value = Number(array[i]);
      const size = Math.abs(value);
      if (size > this.largest) this.largest = size;
      if (size > MAX_INT32 + 2 && size < 2 ** 63 - 2048) this.beyondInt32++;
    }
  }
}

const MAX_FLOAT16 = 65504;
const MAX_INT32 = 2 ** 31;
const smallestNormal: Partial<Record<ElementType, number>> = {
  float32: 2 ** -126,
  float64: 2 ** -1022,
  float16: 2 ** -14,
  bfloat16: 2 ** -126,
};

/** Of a tensor in memory; undefined for one in a file, and for types that are not counted. */
export function statsInMemory(tensor: Tensor): TensorStats | undefined {
  const { bytes } = tensor.payload;
  if (bytes === undefined || !StatsCounter.counts(tensor.elementType)) return undefined;
  const counter = new StatsCounter(tensor.elementType);
  counter.add(bytes);
  return counter;
}

/** Of any tensor: reads it piece by piece, between which the event loop turns. */
export async function readStats(tensor: Tensor): Promise<TensorStats | undefined> {
  if (!StatsCounter.counts(tensor.elementType)) return undefined;
  const counter = new StatsCounter(tensor.elementType);
  for await (const chunk of tensor.payload.chunks()) counter.add(chunk);
  return counter;
}
