import { argumentError } from '../errors.js';
import type { NativeArray, NativePort } from '../native/contract.js';
import { dataTypes, nativeArray, RuntimeFloat16Array } from '../tensor/data-types.js';
import { type PooledType, pooledTensor } from '../tensor/pooled-tensor.js';
import { resultTensor } from '../tensor/tensor.js';
import type { DataOf, TensorLike, TensorMap, TensorType } from '../tensor/types.js';
import type { RunPlan } from './run-options.js';
import { setTensor } from './signature.js';

/** Where the port writes the shapes of results (`Port::set_current`). */
const RESULTS_AT = 2;

/** Results that are being taken over: the arrays that native code fills, and what the user will get. */
export interface Destination {
  readonly tensors: TensorMap;
  /** Per output; undefined where native code has nothing to write. */
  readonly arrays: (NativeArray | undefined)[];
  /** Bytes that are yet to be copied, in all and into memory of the user's. */
  readonly bytes: number;
  readonly userBytes: number;
}

/**
 * Reads the shapes of the current results from the port and makes an array for each, or takes the one of `into`, or the
 * memory that it is in. What the run has written to its tensor of `into` by itself has been checked to fit.
 * Throws SHAPE_MISMATCH when a result does not fit its tensor, and OUT_OF_MEMORY.
 */
export function makeDestination(port: NativePort, plan: RunPlan, float16: 'bits' | 'array'): Destination {
  const { frame } = port;
  const { outputs, into } = plan;
  const tensors: TensorMap = {};
  const arrays: (NativeArray | undefined)[] = new Array(outputs.length);
  let at = RESULTS_AT;
  let bytes = 0;
  let userBytes = 0;
  for (let i = 0; i < outputs.length; i++) {
    const spec = outputs[i] as RunPlan['outputs'][number];
    const written = frame[at] === 1;
    const rank = frame[at + 1] as number;
    at += 2;
    const dims: number[] = new Array(rank);
    let count = 1;
    for (let d = 0; d < rank; d++) {
      const dim = frame[at + d] as number;
      dims[d] = dim;
      count *= dim;
    }
    at += rank;

    const target = into?.[i];
    if (target !== undefined) {
      setTensor(tensors, spec.name, target.tensor);
      if (written) continue;
      checkFits(spec.name, target, dims, count);
      arrays[i] = fillTarget(port, i, spec.type, target);
      if (arrays[i]) userBytes += count * spec.bytesPerElement;
    } else if (spec.type === 'string') {
      setTensor(tensors, spec.name, resultTensor('string', port.takeStrings(i), dims));
      continue;
    } else {
      const isPooled = plan.pooled?.[i] === true;
      const buffer = isPooled ? port.takePooled(i) : undefined;
      const data = buffer === undefined ? dataTypes[spec.type].create(count) : dataTypes[spec.type].over(buffer);
      const shown = present(spec.type, data, float16);
      setTensor(
        tensors,
        spec.name,
        isPooled
          ? pooledTensor(spec.type as PooledType, shown as DataOf<PooledType>, dims, port)
          : resultTensor(spec.type, shown, dims),
      );
      if (buffer !== undefined) continue;
      arrays[i] = data as NativeArray;
    }
    bytes += count * spec.bytesPerElement;
  }
  return { tensors, arrays, bytes, userBytes };
}

/** `data` as the user gets it. */
export function present(type: TensorType, data: DataOf<TensorType>, float16: 'bits' | 'array'): DataOf<TensorType> {
  if (type !== 'float16' || float16 === 'bits' || RuntimeFloat16Array === undefined) return data;
  return new RuntimeFloat16Array((data as Uint16Array).buffer, 0, data.length);
}

function checkFits(name: string, target: TensorLike, dims: readonly number[], count: number): void {
  const fits = target.dims.length === dims.length && dims.every((dim, i) => dim === target.dims[i]);
  if (!fits) {
    throw argumentError(`into.${name}.dims`, `[${dims.join(', ')}]`, [...target.dims], 'SHAPE_MISMATCH');
  }
  if (target.data.length !== count) {
    throw argumentError(`into.${name}.data`, `${count} elements`, target.data.length, 'INVALID_ARGUMENT', {
      reason: 'detached-or-resized',
    });
  }
}

/** Strings are written here and now; for anything else, the array that native code fills. */
function fillTarget(port: NativePort, output: number, type: TensorType, target: TensorLike): NativeArray | undefined {
  if (type !== 'string') return nativeArray(type, target.data) as NativeArray;
  const strings = port.takeStrings(output);
  const data = target.data as string[];
  for (let i = 0; i < strings.length; i++) data[i] = strings[i] as string;
  return undefined;
}
