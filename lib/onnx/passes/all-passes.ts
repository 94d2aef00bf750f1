import { constantToInitializer } from './constant-to-initializer.js';
import { defaultInputs } from './default-inputs.js';
import { foldBatchNorm } from './fold-batch-norm.js';
import { foldConstants } from './fold-constants.js';
import { mergeCommon } from './merge-common.js';
import type { Pass } from './pass.js';
import { removeDead } from './remove-dead.js';
import { removeIdentity } from './remove-identity.js';
import { sanitize } from './sanitize.js';
import { sort } from './sort.js';

/** All passes, in the order in which they help one another. */
export const allPasses = [
  sort,
  defaultInputs,
  constantToInitializer,
  removeIdentity,
  foldConstants,
  foldBatchNorm,
  mergeCommon,
  removeDead,
  sanitize,
] as const satisfies readonly Pass[];

/** Names of the passes of `optimizeModel`. */
export type PassName = (typeof allPasses)[number]['name'];

export const passNames: readonly PassName[] = allPasses.map(({ name }) => name);
