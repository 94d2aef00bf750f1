import type { UpgradeStep } from '../step.js';

export const padSteps: UpgradeStep[] = [
  {
    opType: 'Pad',
    since: 11,
    usesFacts: true,
    moves: { pads: 'ints', value: 'float' },
    refuse({ inputs: [x], attributes }, context) {
      if (!attributes.has('pads')) return "it lacks the attribute 'pads', which it needs before operator set 11";
      const value = attributes.get('value');
      return isZero(value) ? undefined : context.refuseScalar(x, value);
    },
    apply(node, context) {
      const [x] = node.inputs;
      if (!x) return undefined;
      // 0 is what an input that is left out means.
      if (isZero(node.attributes.get('value'))) node.set('value', undefined);
      node.setInputs([x, context.take(node, 'pads'), context.takeScalar(node, 'value', x)]);
      node.trimInputs();
      return 'pads and the value are inputs';
    },
  },
];

function isZero(entry: { type: string; value: unknown } | undefined): boolean {
  return entry === undefined || (entry.type === 'float' && entry.value === 0);
}
