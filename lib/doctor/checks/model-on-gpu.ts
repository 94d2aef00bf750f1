import { targetProblems } from '../../builder/target-rules.js';
import { targetOf } from '../../builder/targets.js';
import type { GpuInfo } from '../../machine/gpus.js';
import { readModel } from '../../onnx/file/read-model.js';
import type { Facts } from '../facts.js';
import { type Finding, info, warning } from '../finding.js';

const SHOWN = 3;

/** What each GPU of this machine cannot do with a model, and the cast that mends it. */
export async function modelOnGpus(file: string, facts: Facts): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const gpu of facts.gpus.gpus) findings.push(...(await onGpu(file, gpu, facts)));
  return findings;
}

async function onGpu(file: string, { index, name, computeCapability: cc }: GpuInfo, facts: Facts): Promise<Finding[]> {
  // From Ampere on a GPU has all that models use.
  if (cc === null || cc >= 8) return [];
  const problems = await targetProblems(await readModel(file), [targetOf(cc)]);
  return problems.map(({ rule, text, nodes }) => {
    const shown = nodes.slice(0, SHOWN).map((node) => `'${node.name}' (${node.op})`);
    const more = nodes.length > SHOWN ? `, and ${nodes.length - SHOWN} more` : '';
    const cast = 'node-tensorrt cast MODEL -o OUT --to fp16';
    const fix = rule === 'bfloat16' ? `of the float32 model: ${cast}` : cast;
    // TensorRT does such products on Turing; TensorRT-RTX does not.
    const isEvaded = rule === 'fp32-matrix-product' && hasTensorRt(facts);
    const reason = `${text}: ${shown.join(', ')}${more}`;
    return (isEvaded ? info : warning)(`model/gpu/${index}/${rule}`, `${name}: ${cc.toFixed(1)}`, reason, fix);
  });
}

const hasTensorRt = ({ libraries }: Facts) =>
  libraries.some(({ flavour, found }) => flavour === 'tensorrt' && found !== null);
