import { attribute } from '../../graph/attribute.js';
import type { UpgradeStep } from '../step.js';

export const splitSteps: UpgradeStep[] = [
  {
    opType: 'Split',
    since: 13,
    moves: { split: 'ints' },
    apply(node, context) {
      const entry = node.attributes.get('split');
      if (entry?.type === 'ints' && entry.value.length === 0) node.set('split', undefined);
      const split = context.take(node, 'split');
      if (!split) return undefined;
      node.setInputs([node.inputs[0], split]);
      return 'split is an input';
    },
  },
  {
    opType: 'Split',
    since: 18,
    apply(node) {
      if (node.inputs[1] || node.attributes.has('num_outputs')) return undefined;
      node.set('num_outputs', attribute.int(node.outputs.length));
      return 'num_outputs is stated';
    },
  },
];
