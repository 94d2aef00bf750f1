import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const missingOpset: LintRule = {
  name: 'missing-opset',
  severity: 'error',
  for: everyone,
  summary: 'The model does not say which version of an operator set it uses.',
  *model({ model, operators }) {
    const used = new Set<string>();
    for (const name of operators.keys()) used.add(name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : '');
    // Functions bring their own imports.
    for (const { opsets } of model.functions) for (const domain of opsets.keys()) used.delete(domain);
    for (const domain of used) {
      if (model.opsets.has(domain)) continue;
      yield {
        message: `operators of the domain '${printable(domain || 'ai.onnx')}' are used, but its version is not stated`,
        hint: `Set it: model.opsets.set('${printable(domain)}', version).`,
        // NVIDIA's parser takes the first version that it knows; the CPU backend knows some domains without.
        severity: domain === '' ? 'error' : 'warning',
      };
    }
  },
};
