import { fileURLToPath } from 'node:url';
import { modelPath } from '../../engine/model-path.js';
import { formatBytes } from '../../memory/format.js';
import { estimateModel } from '../../models/estimate.js';
import type { LintFinding } from '../../onnx/lint/finding.js';
import type { Facts } from '../facts.js';
import { error, type Finding, info, ok, warning } from '../finding.js';

/** Whether this machine carries a model: its memory, what each kind of TensorRT would refuse of it, and what each GPU cannot do. */
export async function checkModel(model: string | URL, facts: Facts): Promise<Finding[]> {
  try {
    const { lintModel } = await import('../../onnx/lint/lint-model.js');
    const findings = [await memory(model)];
    const file = await modelPath(model instanceof URL ? fileURLToPath(model) : model);
    for (const target of ['tensorrt', 'tensorrt-rtx'] as const) {
      findings.push(refused(target, await lintModel(file, { for: [target] }), facts.gpus.gpus.length > 0));
    }
    const { modelOnGpus } = await import('./model-on-gpu.js');
    findings.push(...(await modelOnGpus(file, facts)));
    return findings;
  } catch (cause) {
    return [error('model/file', String(model), cause instanceof Error ? cause.message : String(cause))];
  }
}

async function memory(model: string | URL): Promise<Finding> {
  const { totalBytes, availableBytes, fits } = await estimateModel(model);
  const bytes = (value: number | null) => (value === null ? 'not known' : formatBytes(value));
  const found = `needs ${bytes(totalBytes)}, there are ${bytes(availableBytes)}`;
  if (fits === false) return error('model/memory', found, 'it does not fit into the memory of this machine');
  if (fits) return ok('model/memory', found);
  return info('model/memory', found, 'whether it fits is not known before it runs');
}

/** Without a GPU it does not matter here. */
function refused(target: 'tensorrt' | 'tensorrt-rtx', findings: readonly LintFinding[], hasGpu: boolean): Finding {
  const id = `model/${target}`;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return ok(id, 'nothing that it would refuse is known');
  const found = `${errors.length} ${errors.length === 1 ? 'thing' : 'things'} that it would refuse`;
  const reason = `${first.node ? `node '${first.node}': ` : ''}${first.message}`;
  const fix = `${first.hint} (all: node-tensorrt lint MODEL --for ${target})`;
  return hasGpu ? warning(id, found, reason, fix) : info(id, found, reason, fix);
}
