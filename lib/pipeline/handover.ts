import type { RunOptions } from '../engine/run-options.js';
import type { TensorSpec } from '../tensor/types.js';

/**
 * The one place that knows how tensors go from an engine straight to the next: which results are asked for, where they are
 * to be, and how they are given back.
 */

/** Options of a run whose results only go to the next engine: it takes them where they were computed. */
export function askForHandover(
  engine: { readonly outputs?: readonly TensorSpec[] },
  map: Readonly<Record<string, string>> | undefined,
): Pick<RunOptions, 'outputs' | 'preferredOutputLocation'> {
  // What does not say which outputs it has is asked for nothing that only engines know.
  if (engine.outputs === undefined) return {};
  return { preferredOutputLocation: 'pool', ...(map && { outputs: Object.keys(map) }) };
}

/** Gives back tensors that nobody else has. Those of the heap are left to the collector. */
export function release(tensors: unknown): void {
  if (tensors === undefined || tensors === null) return;
  for (const tensor of Object.values(tensors)) (tensor as { release?: () => void } | null)?.release?.();
}
