import { printable } from '../../file/external-location.js';
import type { LintRule } from '../rule.js';

export const typeMismatch: LintRule = {
  name: 'type-mismatch',
  severity: 'error',
  for: ['onnx', 'cpu'],
  summary: 'A value is stated to be of another type than its node makes.',
  *model({ types }) {
    for (const { value, stated, made } of types.mismatches) {
      const from = value.producer ? printable(value.producer.label) : 'what is given';
      yield {
        message: `'${printable(value.name)}' is stated to be ${stated}, and ${from} makes ${made}`,
        hint: `State ${made}, or put a Cast before it: inferTypes(model, { conflicts: 'inferred' }) states what nodes make.`,
        node: value.producer,
        value,
      };
    }
  },
};
