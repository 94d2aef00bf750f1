import type { UpgradeStep } from '../step.js';

export const scatterSteps: UpgradeStep[] = [
  {
    opType: 'Scatter',
    since: 11,
    apply(node) {
      node.opType = 'ScatterElements';
      return 'is ScatterElements';
    },
  },
];
