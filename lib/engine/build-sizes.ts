import type { SizeHints } from '../builder/derive-profiles.js';
import type { ResolvedBatching } from './batching-options.js';

/** Size of a batch that a plan is made fastest for, where nothing else is said. */
const USUAL_BATCH = 8;

/** What batching says of the sizes that a plan is built for. */
export function usualSizes({ queue, proof }: ResolvedBatching): Pick<SizeHints, 'batch' | 'pads'> {
  const opt = queue.preferredSizes.at(-1) ?? Math.min(USUAL_BATCH, queue.maxSize);
  const { buckets, inputs } = proof.pad;
  return {
    batch: { opt, max: queue.maxSize },
    pads: inputs.map(({ name, axis }) => ({ input: name, axis, buckets })),
  };
}
