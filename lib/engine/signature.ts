import { argumentError, type NodeTensorRTError } from '../errors.js';
import type { NativeArray, NativeTensorSpec } from '../native/contract.js';
import { dataTypes, requireArray } from '../tensor/data-types.js';
import { elementCount } from '../tensor/shape.js';
import type { TensorLike, TensorMap, TensorSpec, TensorType } from '../tensor/types.js';

/** A TensorSpec with what checking against it needs on every run. */
export interface CompiledSpec extends TensorSpec {
  readonly index: number;
  /** Fixed sizes; -1 where any size is allowed. */
  readonly sizes: readonly number[];
  /** The model says nothing about the rank: any shape is allowed. */
  readonly anyRank: boolean;
  /** An input that sequences keep, or the output that it comes from. */
  readonly isState: boolean;
  /** Number of elements when all sizes are fixed, else -1; -1 for strings. */
  readonly fixedCount: number;
  readonly tag: string;
  readonly bytesPerElement: number;
}

export function compileSpec(spec: NativeTensorSpec, index: number): CompiledSpec {
  const type = spec.type as TensorType;
  const sizes = spec.dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  const isFixed = !spec.anyRank && type !== 'string' && sizes.every((size) => size >= 0);
  return Object.freeze({
    name: spec.name,
    type,
    dims: Object.freeze(spec.dims),
    index,
    sizes,
    fixedCount: isFixed ? sizes.reduce((product, size) => product * size, 1) : -1,
    anyRank: spec.anyRank,
    isState: spec.isState,
    tag: dataTypes[type].tag,
    bytesPerElement: dataTypes[type].bytesPerElement,
  });
}

/** The part of a CompiledSpec that users see. */
export function publicSpec({ name, type, dims }: CompiledSpec): TensorSpec {
  return Object.freeze({ name, type, dims });
}

/**
 * Compares a tensor with its spec, writes rank and dimensions to `frame` from `at` on, and returns its data as it
 * crosses to native code. `what` names the tensor in errors: `inputs.NAME` or `into.NAME`.
 * Throws INVALID_ARGUMENT or SHAPE_MISMATCH.
 */
export function encodeTensor(
  group: string,
  spec: CompiledSpec,
  tensor: TensorLike,
  frame: Float64Array,
  at: number,
): NativeArray {
  const { type, data, dims } = tensor;
  if (type !== spec.type) throw argumentError(`${group}.${spec.name}.type`, `'${spec.type}'`, type);
  const { sizes } = spec;
  let count = 1;
  if (spec.anyRank || !Array.isArray(dims) || dims.length !== sizes.length) {
    count = encodeUnusual(group, spec, dims, frame, at);
  } else {
    frame[at] = dims.length;
    for (let i = 0; i < sizes.length; i++) {
      const dim = dims[i] as number;
      const size = sizes[i] as number;
      // These two accept exactly the integers from 0 to 2^32 - 1; what is left is checked with care.
      if (typeof dim !== 'number' || dim >>> 0 !== dim) elementCount(`${group}.${spec.name}.dims`, dims);
      if (size >= 0 && dim !== size) throw shapeError(group, spec, dims);
      frame[at + 1 + i] = dim;
      count *= dim;
    }
  }
  const array =
    (data as { [Symbol.toStringTag]?: string } | undefined)?.[Symbol.toStringTag] === spec.tag
      ? data
      : requireArray(`${group}.${spec.name}.data`, type, data);
  if (array.length !== count) {
    throw argumentError(
      `${group}.${spec.name}.data`,
      `${count} elements for dims [${Array.from(dims).join(', ')}]`,
      array.length,
      'SHAPE_MISMATCH',
    );
  }
  if (type === 'string' && array === data) requireArray(`${group}.${spec.name}.data`, type, data);
  return array as NativeArray;
}

/** Dims that are no plain array of the expected length: an error, or a model or caller that is freer than usual. */
function encodeUnusual(group: string, spec: CompiledSpec, dims: unknown, frame: Float64Array, at: number): number {
  const count = elementCount(`${group}.${spec.name}.dims`, dims);
  const list = Array.from(dims as ArrayLike<number>);
  const fits =
    spec.anyRank || (list.length === spec.sizes.length && spec.sizes.every((size, i) => size < 0 || size === list[i]));
  if (!fits) throw shapeError(group, spec, list);
  frame[at] = list.length;
  frame.set(list, at + 1);
  return count;
}

function shapeError(group: string, spec: CompiledSpec, dims: ArrayLike<unknown>): NodeTensorRTError {
  const expected = spec.dims.map((dim) => (dim === '' ? '?' : dim)).join(', ');
  return argumentError(`${group}.${spec.name}.dims`, `[${expected}]`, Array.from(dims), 'SHAPE_MISMATCH', {
    tensor: spec.name,
  });
}

/** `tensors[name] = tensor`, also for a model that calls something `__proto__`. */
export function setTensor(tensors: TensorMap, name: string, tensor: TensorLike): void {
  if (name !== '__proto__') tensors[name] = tensor;
  else Object.defineProperty(tensors, name, { value: tensor, enumerable: true, configurable: true, writable: true });
}

/** The spec of that name, or INVALID_ARGUMENT that lists the names there are. */
export function findSpec(group: string, specs: readonly CompiledSpec[], name: string): CompiledSpec {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec) return spec;
  const names = specs.map((candidate) => `'${candidate.name}'`).join(', ');
  throw argumentError(group, `one of ${names}`, name, 'INVALID_ARGUMENT', { tensor: name });
}
