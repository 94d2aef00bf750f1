import type { UpgradeStep } from '../step.js';
import { stepsFor } from '../step.js';

/** The attribute becomes the second input; an empty one meant the same as none. */
const axesToInput: Omit<UpgradeStep, 'opType' | 'since'> = {
  moves: { axes: 'ints' },
  apply(node, context) {
    const entry = node.attributes.get('axes');
    if (entry?.type === 'ints' && entry.value.length === 0) node.set('axes', undefined);
    const axes = context.take(node, 'axes');
    if (!axes) return undefined;
    node.setInputs([node.inputs[0], axes]);
    return 'axes is an input';
  },
};

export const axesSteps: UpgradeStep[] = [
  ...stepsFor(['Squeeze', 'Unsqueeze', 'ReduceSum'], { ...axesToInput, since: 13 }),
  ...stepsFor(
    [
      'ReduceL1',
      'ReduceL2',
      'ReduceLogSum',
      'ReduceLogSumExp',
      'ReduceMax',
      'ReduceMean',
      'ReduceMin',
      'ReduceProd',
      'ReduceSumSquare',
    ],
    { ...axesToInput, since: 18 },
  ),
];
