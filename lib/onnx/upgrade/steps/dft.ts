import { Tensor } from '../../graph/tensor.js';
import type { UpgradeStep } from '../step.js';

export const dftSteps: UpgradeStep[] = [
  {
    opType: 'DFT',
    since: 20,
    moves: { axis: 'int' },
    apply(node, context) {
      // The default has become the last but one.
      const axis = context.take(node, 'axis') ?? context.constant(node, 'axis', Tensor.int64([], [1]));
      node.setInputs([node.inputs[0], node.inputs[1], axis]);
      return 'axis is an input';
    },
  },
];
