import type { Model } from '../graph/model.js';
import { inferTypes } from '../infer/infer-types.js';
import { makePlan } from './make-plan.js';
import { type CastGraphOptions, resolveCastOptions } from './options.js';
import type { Ranges } from './ranges.js';
import { type CastReport, castReport } from './report.js';
import { rewrite } from './rewrite.js';

/**
 * Casts a model in place. `ranges`: how large its values become, of `measureRanges`; without it exponentials, powers and
 * sums stay float32. Weights are converted when they are written or read.
 */
export async function castGraph(model: Model, options: CastGraphOptions, ranges?: Ranges): Promise<CastReport> {
  const resolved = resolveCastOptions(options);
  await inferTypes(model);
  const plan = await makePlan(model, resolved, ranges);
  const casts = await rewrite(model, plan, resolved.keepIoTypes);
  model.graph.sort();
  return castReport(plan, casts);
}
