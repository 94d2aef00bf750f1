import { printable } from '../../file/external-location.js';
import { isFloat } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { LintContext } from '../context.js';
import { type LintRule, nvidia } from '../rule.js';

/** Inputs that TensorRT must know when it builds, by operator: position and name. */
const inputs: Readonly<Record<string, readonly (readonly [number, string])[]>> = {
  Squeeze: [[1, 'axes']],
  Unsqueeze: [[1, 'axes']],
  Dropout: [[2, 'training_mode']],
  Upsample: [[1, 'scales']],
  STFT: [[1, 'frame_step']],
  DFT: [[2, 'axis']],
};

export const tensorrtConstantInput: LintRule = {
  name: 'tensorrt-constant-input',
  severity: 'error',
  for: nvidia,
  summary:
    'An input that must be known when the engine is built (axes, scales) is computed from what the model is given.',
  *node(node, context) {
    for (const [at, what] of constantInputs(node, context)) {
      const value = node.inputs[at];
      if (!value || !(context.isRuntime(value) || isComputed(value, context))) continue;
      yield {
        message: `${printable(node.label)} takes its ${what} from '${printable(value.name)}', which is not known when an engine is built`,
        hint: `Make it a constant: export with fixed ${what}.`,
        node,
        value,
      };
    }
  },
};

function constantInputs(node: Node, context: LintContext): readonly (readonly [number, string])[] {
  const { opset } = context.model;
  if (node.domain !== '') return [];
  if (/^Reduce/.test(node.opType)) return [[1, 'axes']];
  if (node.opType === 'Resize') return [[opset > 0 && opset < 11 ? 1 : 2, 'scales']];
  // Shapes are whole numbers: a depth in float is taken where it is known only.
  if (node.opType === 'OneHot' && isFloat(context.elementType(node.inputs[1]))) return [[1, 'depth']];
  if (node.opType === 'Range' && isFloat(context.elementType(node.inputs[0]))) return RANGE;
  return Object.hasOwn(inputs, node.opType) ? (inputs[node.opType] ?? []) : [];
}

const RANGE = [
  [0, 'start'],
  [1, 'limit'],
  [2, 'delta'],
] as const;

/** What is counted out is not folded, even where it follows from shapes: axes of normalisations are written so. */
function isComputed(value: Value, context: LintContext): boolean {
  const range = value.producer;
  return range?.is('Range') === true && range.inputs.some((input) => input && !context.constant(input));
}
