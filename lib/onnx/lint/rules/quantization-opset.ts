import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const quantizationOpset: LintRule = {
  name: 'quantization-opset',
  severity: 'error',
  for: everyone,
  summary: 'QuantizeLinear or DequantizeLinear has a scale per channel, which operator sets below 13 do not have.',
  *node(node, context) {
    if (!node.is('QuantizeLinear', 'DequantizeLinear') || context.model.opset >= 13) return;
    const dims = context.constant(node.inputs[1])?.dims ?? node.inputs[1]?.dims;
    // A single scale is written as [1] by some.
    if (!dims || dims.length === 0 || (dims.length === 1 && dims[0] === 1)) return;
    yield {
      message: `${printable(node.label)} has a scale of shape [${dims.join(', ')}], and operator set ${context.model.opset} knows scales per tensor only`,
      hint: 'Raise the operator set: node-tensorrt optimize IN -o OUT --opset 17, or quantise per tensor.',
      node,
    };
  },
};
