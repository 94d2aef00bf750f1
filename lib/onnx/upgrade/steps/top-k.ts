import type { UpgradeStep } from '../step.js';

export const topKSteps: UpgradeStep[] = [
  {
    opType: 'TopK',
    since: 10,
    reads: { k: 'int' },
    refuse: ({ attributes }) =>
      attributes.has('k') ? undefined : "it lacks the attribute 'k', which it needs before operator set 10",
    apply(node, context) {
      const k = node.attributes.get('k');
      if (k?.type !== 'int') return undefined;
      node.set('k', undefined);
      node.setInputs([node.inputs[0], context.int64(node, 'k', [k.value])]);
      return 'k is an input';
    },
  },
];
