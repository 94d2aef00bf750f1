import { printable } from '../../file/external-location.js';
import { unusedOptionalOutputs } from '../../passes/optional-outputs.js';
import { everyone, type LintRule } from '../rule.js';

export const unusedOutput: LintRule = {
  name: 'unused-output',
  severity: 'info',
  for: everyone,
  summary:
    'A node states an optional output that nothing uses, which costs time, and which TensorRT refuses of some operators.',
  *node(node) {
    for (const i of unusedOptionalOutputs(node)) {
      const value = node.outputs[i];
      yield {
        message: `nothing uses the output '${printable(value?.name ?? '')}' of ${printable(node.label)}, which is optional`,
        hint: 'Leave it out: node-tensorrt optimize IN -o OUT.',
        node,
        value,
      };
    }
  },
};
