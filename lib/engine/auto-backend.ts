import { NodeTensorRTError } from '../errors.js';
import { mayHaveGpu } from '../machine/has-gpu-driver.js';
import type { ResolvedLoadOptions } from './load-options.js';
import type { Deviation } from './placement.js';

/** Whether this process has looked for a GPU and TensorRT, and there was none. */
let nothingFound = false;

/** Whether a model that says nothing of its backend may run on a GPU. */
export function mayUseGpu({ backend, device, customOperators }: ResolvedLoadOptions): boolean {
  if (backend !== 'auto' || device === 'cpu' || customOperators.length > 0) return false;
  return !nothingFound && mayHaveGpu();
}

/**
 * Why a model runs on the CPU after a GPU was tried for it: nothing where there is none, or no TensorRT, which is not looked
 * for again; else a deviation. Throws what is no reason for that.
 */
export function afterGpu(error: unknown, { fallback, profiles, device }: ResolvedLoadOptions): Deviation[] {
  if (!(error instanceof NodeTensorRTError)) throw error;
  const { code, message: reason, details } = error;
  const isOption = code === 'INVALID_ARGUMENT' || code === 'OUT_OF_RANGE';
  // The CPU says better what is wrong with a model; what is wrong with options for the GPU nobody else does.
  if (isOption && profiles !== undefined) throw error;
  if (device !== undefined && fallback === 'error') throw error;
  // A TensorRT that can do less than it should is worth a word.
  if (code === 'BACKEND_UNAVAILABLE' && details['reason'] !== 'builder-resource') {
    nothingFound ||= device === undefined;
    return [];
  }
  return [{ option: 'backend', asked: 'auto', inForce: 'cpu', reason }];
}
