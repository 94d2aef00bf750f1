import { NodeTensorRTError } from '../../../errors.js';
import { dataTypes } from '../../../tensor/data-types.js';
import type { TensorLike, TensorMap, TensorSpec, TensorType } from '../../../tensor/types.js';

/** Size that a dimension without one gets where nothing else is said. */
const DEFAULT_SIZE = 32;

/** How inputs are filled for a proof. */
export interface SampleOptions {
  /** Axis of the batch by input; inputs that have none are not in it. */
  readonly axes: ReadonlyMap<string, number>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly given: TensorMap;
  /** Made-up whole numbers are less than this power of two. */
  readonly bits?: number | undefined;
}

/** An input with `rows` rows of its own: from the tensors given, or made-up ones: floats between −1 and 1. */
export function sample(spec: TensorSpec, rows: number, { axes, sizes, given, bits = 1 }: SampleOptions): TensorLike {
  const found = given[spec.name];
  if (found) return found;
  const axis = axes.get(spec.name);
  const dims = spec.dims.map((dim, i) =>
    i === axis ? rows : typeof dim === 'number' ? dim : (sizes[dim] ?? DEFAULT_SIZE),
  );
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (count > 2 ** 28) {
    throw new NodeTensorRTError(
      'OUT_OF_RANGE',
      `a sample of '${spec.name}' would have ${count} elements; give smaller sizes`,
    );
  }
  const data = dataTypes[spec.type].create(count);
  const random = generator(spec.name);
  for (let i = 0; i < count; i++) (data as unknown[])[i] = element(spec.type, random(), bits);
  return { type: spec.type, dims, data };
}

/** From a number of 32 bits, the upper ones first. */
function element(type: TensorType, from: number, bits: number): number | bigint | string {
  switch (type) {
    case 'float32':
    case 'float64':
      return from / 2 ** 31 - 1;
    // ±0.5 to ±1.
    case 'float16':
      return ((from >>> 16) & 0x83ff) | 0x3800;
    case 'bfloat16':
      return ((from >>> 16) & 0x807f) | 0x3f00;
    case 'int8':
      return from >>> (32 - Math.min(bits, 7));
    case 'int64':
    case 'uint64':
      return BigInt(from >>> (32 - bits));
    case 'bool':
      return from >>> 31;
    case 'string':
      return '';
    default:
      return from >>> (32 - bits);
  }
}

/** The same numbers for the same name. */
function generator(name: string): () => number {
  let state = 2166136261;
  for (let i = 0; i < name.length; i++) state = Math.imul(state ^ name.charCodeAt(i), 16777619);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 2246822519) >>> 0;
    return (mixed ^ (mixed >>> 13)) >>> 0;
  };
}
