import { printable } from '../../file/external-location.js';
import { operatorName } from '../context.js';
import type { LintTarget } from '../finding.js';
import { type LintRule, nvidia } from '../rule.js';
import { tensorrtOperators } from '../tables/tensorrt-operators.js';

export const tensorrtOperator: LintRule = {
  name: 'tensorrt-operator',
  severity: 'error',
  for: nvidia,
  summary: 'TensorRT does not know the operator (by name: it does not look at domains).',
  *node(node, context) {
    if (context.isFunction(node)) return;
    const flavours = Object.keys(tensorrtOperators) as (keyof typeof tensorrtOperators)[];
    const refusing: LintTarget[] = flavours.filter((flavour) => !tensorrtOperators[flavour].names.has(node.opType));
    if (refusing.length === 0) return;
    const versions = refusing.map((flavour) =>
      flavour === 'tensorrt'
        ? `TensorRT ${tensorrtOperators.tensorrt.version}`
        : `TensorRT-RTX ${tensorrtOperators['tensorrt-rtx'].version}`,
    );
    const count = context.operators.get(operatorName(node)) ?? 1;
    yield {
      message: `${printable(node.label)}: ${versions.join(' and ')} do not know the operator${count > 1 ? ` (${count} nodes have it)` : ''}`,
      hint: hintFor(node.opType),
      node,
      for: refusing,
    };
  },
};

const QUANTISED = 'Quantise with QuantizeLinear and DequantizeLinear around the float operator (QDQ format) instead.';
const hints: Readonly<Record<string, string>> = {
  QLinearConv: QUANTISED,
  QLinearMatMul: QUANTISED,
  ConvInteger: QUANTISED,
  MatMulInteger: QUANTISED,
  DynamicQuantizeLinear: QUANTISED,
};

function hintFor(opType: string): string {
  if (Object.hasOwn(hints, opType)) return hints[opType] as string;
  if (/^(Sequence|Optional|SplitToSequence|ConcatFromSequence)/.test(opType)) {
    return 'TensorRT has no sequences or optional values: export without lists of tensors.';
  }
  return 'Export the model without it, load a plugin of that name, or run this model on the CPU backend.';
}
