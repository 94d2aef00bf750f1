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
    for (const [at, what] of constantInputs(node)) {
      const value = node.inputs[at];
      if (!value || !(context.isRuntime(value) || isCounted(value, context))) continue;
      yield {
        message: `${printable(node.label)} takes '${printable(value.name)}' for its ${what}, which is not known when an engine is built`,
        hint: `Make it a constant: export with fixed ${what}.`,
        node,
        value,
      };
    }
    for (const at of floatSizes(node, context)) {
      const value = node.inputs[at];
      if (!value || !context.isInput(value) || context.constant(value) || !isFloat(value.elementType)) continue;
      yield {
        message: `${printable(node.label)} takes sizes from the input '${printable(value.name)}', which is ${value.elementType}`,
        hint: 'Sizes that a model is given must be int32 or int64: give them so and cast them in the model.',
        node,
        value,
      };
    }
  },
};

function constantInputs(node: Node): readonly (readonly [number, string])[] {
  if (node.domain !== '') return [];
  if (/^Reduce/.test(node.opType)) return [[1, 'axes']];
  return Object.hasOwn(inputs, node.opType) ? (inputs[node.opType] ?? []) : [];
}

/** Sizes in float: they may follow from whole numbers, but not be an input of the model. */
function floatSizes(node: Node, { model }: LintContext): readonly number[] {
  if (node.is('Resize', 'Upsample')) return [model.opset > 0 && model.opset < 11 ? 1 : 2];
  if (node.is('OneHot')) return [1];
  return node.is('Range') ? [0, 1, 2] : [];
}

/** What is counted out is not folded, even where it follows from shapes: axes of normalisations are written so. */
function isCounted(value: Value, context: LintContext): boolean {
  const range = value.producer;
  return range?.is('Range') === true && range.inputs.some((input) => input && !context.constant(input));
}
