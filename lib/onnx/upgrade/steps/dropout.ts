import type { UpgradeStep } from '../step.js';

export const dropoutSteps: UpgradeStep[] = [
  {
    opType: 'Dropout',
    since: 12,
    moves: { ratio: 'float' },
    refuse({ outputs: [, mask] }) {
      if (!mask || mask.isUnused) return undefined;
      return (
        `its output '${mask.name}', the mask, is in use; before operator set 12 it is undefined unless the model is ` +
        'trained, and from then on it is all true: take what uses it out'
      );
    },
    apply(node, context) {
      const [, mask] = node.outputs;
      // Also its type has changed.
      node.setOutputs([node.outputs[0]]);
      if (mask) node.graph.forget(mask);
      const ratio = context.take(node, 'ratio');
      if (ratio) node.setInputs([node.inputs[0], ratio]);
      return ratio ? 'ratio is an input' : mask && 'the mask that nothing used is gone';
    },
  },
];
