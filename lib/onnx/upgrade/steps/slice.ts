import type { UpgradeStep } from '../step.js';

export const sliceSteps: UpgradeStep[] = [
  {
    opType: 'Slice',
    since: 10,
    moves: { starts: 'ints', ends: 'ints', axes: 'ints' },
    refuse({ attributes }) {
      const missing = ['starts', 'ends'].find((name) => !attributes.has(name));
      return missing && `it lacks the attribute '${missing}', which it needs before operator set 10`;
    },
    apply(node, context) {
      node.setInputs([node.inputs[0], ...['starts', 'ends', 'axes'].map((name) => context.take(node, name))]);
      node.trimInputs();
      return 'starts, ends and axes are inputs';
    },
  },
];
