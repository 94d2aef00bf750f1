import { argumentError, NodeTensorRTError } from '../../../errors.js';
import { Pauses } from '../../../onnx/file/pauses.js';
import type { TensorLike } from '../../../tensor/types.js';
import { ArgMaxAgreement, argMaxRowLength } from './arg-max.js';
import { type CheckedElements, checkedElements, type ElementArray, isFloatType, readNumbers } from './elements.js';
import type { ErrorHistogram } from './error-histogram.js';
import { ErrorSums } from './error-sums.js';

/** Elements between two looks at the clock: half a millisecond. */
const SLICE_ELEMENTS = 1 << 15;
const a64 = new Float64Array(SLICE_ELEMENTS);
const b64 = new Float64Array(SLICE_ELEMENTS);

/** What is compared beside the sums. */
export interface CompareTensorsOptions {
  /** Errors are counted in it. */
  readonly histogram?: ErrorHistogram | undefined;
  readonly rtol?: number | undefined;
  readonly atol?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Shared by comparisons that follow one another, which may all be small. */
  readonly pauses?: Pauses | undefined;
}

/** How two tensors differ. */
export interface TensorComparison {
  readonly sums: ErrorSums;
  /** Whether one of them has floating-point elements. */
  readonly isFloat: boolean;
  /** Strings: only `elements` and `differing` of the sums say something. */
  readonly isText: boolean;
  /** undefined where it makes no sense. */
  readonly argMax: ArgMaxAgreement | undefined;
}

/** A tensor and how errors name it: its model and output. */
export interface NamedTensor {
  readonly what: string;
  readonly tensor: TensorLike;
}

/**
 * Compares a tensor with its reference, element by element and in slices, so that the event loop turns in between.
 *
 * @throws NodeTensorRTError SHAPE_MISMATCH, INVALID_ARGUMENT (strings against numbers)
 */
export async function compareTensors(
  reference: NamedTensor,
  other: NamedTensor,
  { histogram, rtol, atol, signal, pauses = new Pauses() }: CompareTensorsOptions = {},
): Promise<TensorComparison> {
  const a = checkedElements(reference.what, reference.tensor);
  const b = checkedElements(other.what, other.tensor);
  sameShape(a, b);
  const isText = a.type === 'string';
  if (isText !== (b.type === 'string')) {
    throw argumentError(b.what, `a tensor that can be compared with ${a.type} of ${a.what}`, b.type);
  }
  const isFloat = isFloatType(a.type) || isFloatType(b.type);
  const sums = new ErrorSums();
  const rowLength = isFloat ? argMaxRowLength(a.dims) : 0;
  const argMax = rowLength > 0 ? new ArgMaxAgreement(rowLength) : undefined;
  for (let start = 0; start < a.data.length; start += SLICE_ELEMENTS) {
    const end = Math.min(a.data.length, start + SLICE_ELEMENTS);
    if (isText) {
      sums.elements += end - start;
    } else {
      readNumbers(a, start, end, a64);
      readNumbers(b, start, end, b64);
      sums.add(a64, b64, end - start, start, rtol, atol);
      histogram?.add(a64, b64, end - start);
      argMax?.add(a64, b64, end - start);
    }
    // What doubles cannot tell apart is compared as it is.
    if (isText) sums.differing += numDiffering(a.data, b.data, start, end);
    else if (isWide(a) && isWide(b)) {
      sums.differing += numDiffering(a.data, b.data, start, end) - numRoundedApart(end - start);
    }
    if (pauses.due) {
      await pauses.take();
      signal?.throwIfAborted();
    }
  }
  return { sums, isFloat, isText, argMax };
}

function sameShape(a: CheckedElements, b: CheckedElements): void {
  const same = a.dims.length === b.dims.length && a.dims.every((dim, i) => dim === b.dims[i]);
  if (same && a.data.length === b.data.length) return;
  const text =
    `${a.what} has the shape [${a.dims.join(', ')}], but ${b.what} has [${b.dims.join(', ')}]; ` +
    'compare models that return the same shapes';
  throw new NodeTensorRTError('SHAPE_MISMATCH', text, { a: a.what, b: b.what, aDims: [...a.dims], bDims: [...b.dims] });
}

function isWide({ data }: CheckedElements): boolean {
  return data instanceof BigInt64Array || data instanceof BigUint64Array;
}

function numDiffering(a: ElementArray, b: ElementArray, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** Pairs that differ as doubles, which the sums counted already. */
function numRoundedApart(count: number): number {
  let differing = 0;
  for (let i = 0; i < count; i++) if (a64[i] !== b64[i]) differing++;
  return differing;
}
