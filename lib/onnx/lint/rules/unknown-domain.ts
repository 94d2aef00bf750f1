import { printable } from '../../file/external-location.js';
import { operatorName } from '../context.js';
import type { LintRule } from '../rule.js';

/** Domains of which ONNX Runtime's CPU build has operators. */
const known = new Set([
  '',
  'ai.onnx.ml',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.microsoft.experimental',
  'com.ms.internal.nhwc',
  'org.pytorch.aten',
]);

export const unknownDomain: LintRule = {
  name: 'unknown-domain',
  severity: 'error',
  for: ['onnx', 'cpu'],
  summary: 'An operator is of a domain that neither the CPU backend nor a function of the model knows.',
  *node(node, context) {
    if (known.has(node.domain) || context.isFunction(node)) return;
    yield {
      message: `${printable(operatorName(node))} is of a domain that the CPU backend does not know`,
      hint: 'Load the library that has it with the option customOperators of Engine.load, or export the model without it.',
      node,
    };
  },
};
