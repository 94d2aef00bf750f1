import { attribute } from '../../graph/attribute.js';
import { isFloat } from '../../graph/element-types.js';
import type { UpgradeStep } from '../step.js';

/** Operators of which a version takes fewer types, or reads some inputs or attributes in another way. */
/** Of batch, height and width. */
const IMAGE_AXES = [0, 2, 3];

export const narrowedSteps: UpgradeStep[] = [
  {
    opType: 'Erf',
    since: 13,
    usesFacts: true,
    refuse({ inputs: [x] }, context) {
      const type = context.elementType(x);
      if (type === undefined || isFloat(type)) return undefined;
      return `it takes ${type}, and from operator set 13 on floating-point types only; cast before it`;
    },
    apply: () => undefined,
  },
  {
    opType: 'OneHot',
    since: 11,
    apply(node, context) {
      const indices = node.inputs[0]?.constant?.numbers();
      if (indices?.every((index) => index >= 0)) return undefined;
      context.note(node, 'its indices are taken to be 0 or more: operator set 11 counts others from the end');
      return undefined;
    },
  },
  {
    opType: 'ConvTranspose',
    since: 11,
    reads: { auto_pad: 'string' },
    apply(node, context) {
      if (!node.attributes.has('output_shape') && !node.string('auto_pad', 'NOTSET').startsWith('SAME'))
        return undefined;
      context.note(
        node,
        'where padding is odd, operator set 11 says for the other side; runtimes always did as it says',
      );
      return undefined;
    },
  },
  {
    opType: 'MeanVarianceNormalization',
    since: 13,
    apply(node) {
      if (node.attributes.has('axes')) return undefined;
      // The operator is a function of others since, in which onnx.checker does not find the default.
      node.set('axes', attribute.ints(IMAGE_AXES));
      return 'axes is stated';
    },
  },
];
