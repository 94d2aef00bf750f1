import type { UpgradeStep } from '../step.js';

/** What Clip took for limits that a node left out, whatever its type; from 11 on it is the type's own range. */
const FLOAT_MAX = 3.4028234663852886e38;

export const clipSteps: UpgradeStep[] = [
  {
    opType: 'Clip',
    since: 11,
    usesFacts: true,
    moves: { min: 'float', max: 'float' },
    refuse: ({ inputs: [x], attributes }, context) =>
      attributes.has('min') || attributes.has('max')
        ? context.refuseScalar(x, attributes.get('min'), attributes.get('max'))
        : undefined,
    apply(node, context) {
      const [x] = node.inputs;
      if (!x) return undefined;
      const isWider = context.elementType(x) === 'float64';
      const limit = (name: string, standard: number) => {
        if (node.attributes.has(name)) return context.takeScalar(node, name, x);
        return isWider ? context.scalar(node, name, standard, x) : undefined;
      };
      const limits = [limit('min', -FLOAT_MAX), limit('max', FLOAT_MAX)];
      node.setInputs([x, ...limits]);
      node.trimInputs();
      return limits.some((value) => value) ? 'min and max are inputs' : undefined;
    },
  },
];
