import { NodeTensorRTError } from '../../errors.js';
import { Pauses } from '../file/pauses.js';
import type { Model } from '../graph/model.js';
import { inferTypes } from '../infer/infer-types.js';
import { constantToInitializer } from '../passes/constant-to-initializer.js';
import { foldConstants } from '../passes/fold-constants.js';
import { removeDead } from '../passes/remove-dead.js';
import type { LoadRunner } from '../runner.js';
import { upgradeOpset } from '../upgrade/upgrade.js';
import { formOf, type LowPrecision } from './forms.js';
import { opRule } from './op-rules.js';

/**
 * What comes before casting, in place: constants are computed, so that no node is judged by values that never change;
 * where operators have their low form in a newer operator set only (most of bfloat16 is of 22), the model is brought
 * there, if it can be. Types are inferred.
 */
export async function prepareCast(model: Model, to: LowPrecision, loadRunner: LoadRunner | undefined): Promise<void> {
  await constantToInitializer.run(model);
  if (loadRunner) await foldConstants.run(model, { loadRunner });
  await removeDead.run(model);
  await inferTypes(model);
  const needed = await neededOpset(model, to);
  if (needed <= model.opset) return;
  try {
    await upgradeOpset(model, { to: needed });
  } catch (error) {
    // Then those operators stay float32, and the report says why.
    if (!(error instanceof NodeTensorRTError) || error.code !== 'UNSUPPORTED') throw error;
  }
  await inferTypes(model);
}

/** The operator set that has low forms of all operators with float32 inputs. */
async function neededOpset(model: Model, to: LowPrecision): Promise<number> {
  const pauses = new Pauses();
  let needed = 0;
  for (const node of model.graph.allNodes()) {
    if (pauses.due) await pauses.take();
    if (!node.inputs.some((value) => value?.elementType === 'float32')) continue;
    if (opRule(node.opType, to).rule === 'never') continue;
    const { since } = formOf(node, to) ?? { since: 0 };
    // Newer ones are not known to all that run models.
    if (since <= NEWEST_COMMON_OPSET) needed = Math.max(needed, since);
  }
  return needed;
}

/** What TensorRT 11 and ONNX Runtime 1.30 both read. */
const NEWEST_COMMON_OPSET = 23;
