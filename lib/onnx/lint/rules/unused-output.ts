import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

/** Operators that may leave these outputs out, beginning with this one. */
const optionalFrom: Readonly<Record<string, number>> = {
  ...{ BatchNormalization: 1, Dropout: 1, LayerNormalization: 1, MaxPool: 1, Unique: 1, Attention: 1 },
  ...{ GRU: 0, LSTM: 0, RNN: 0, SoftmaxCrossEntropyLoss: 1 },
};

export const unusedOutput: LintRule = {
  name: 'unused-output',
  severity: 'info',
  for: everyone,
  summary:
    'A node states an optional output that nothing uses, which costs time, and which TensorRT refuses of some operators.',
  *node(node) {
    const first =
      node.domain === '' && Object.hasOwn(optionalFrom, node.opType) ? optionalFrom[node.opType] : undefined;
    if (first === undefined) return;
    for (const [i, value] of node.outputs.entries()) {
      if (i < first || !value?.isUnused) continue;
      yield {
        message: `nothing uses the output '${printable(value.name)}' of ${printable(node.label)}, which is optional`,
        hint: `Leave it out: node.setOutput(${i}, undefined), or node-tensorrt optimize IN -o OUT.`,
        node,
        value,
      };
    }
  },
};
