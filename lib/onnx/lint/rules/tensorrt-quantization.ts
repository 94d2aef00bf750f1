import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import type { LintContext } from '../context.js';
import { type LintRule, nvidia, type Problems } from '../rule.js';

const HINT = 'Quantise anew for TensorRT: symmetric int8 (zero points of 0), biases in float.';

export const tensorrtQuantization: LintRule = {
  name: 'tensorrt-quantization',
  severity: 'error',
  for: nvidia,
  summary:
    'QuantizeLinear or DequantizeLinear in a form that TensorRT refuses or misreads: uint8 (read as int8), 16 bits, zero points other than 0, an int32 bias.',
  *node(node, context) {
    if (!node.is('QuantizeLinear', 'DequantizeLinear')) return;
    yield* quantisedType(node, context);
    yield* zeroPoint(node, context);
    const scale = context.constant(node.inputs[1])?.numbers();
    if (scale?.some((value) => !(value > 0))) {
      const message = `${printable(node.label)} has a scale that is not greater than 0, which TensorRT refuses`;
      yield { message, hint: 'Calibrate again: a scale of 0 comes from values that are all 0.', node };
    }
  },
};

function* quantisedType(node: Node, context: LintContext): Problems {
  const name = printable(node.label);
  const isQuantize = node.opType === 'QuantizeLinear';
  const type =
    context.elementType(node.inputs[2]) ??
    (isQuantize ? context.elementType(node.outputs[0]) : context.elementType(node.inputs[0]));
  switch (type) {
    case 'uint8': {
      const why = isQuantize && !node.inputs[2] ? ' (as it has no zero point)' : '';
      yield {
        message: `${name} is of uint8${why}, which TensorRT reads as int8, with a warning at most`,
        hint: HINT,
        node,
      };
      break;
    }
    case 'int32':
      yield { message: `${name} takes int32 (a bias), which TensorRT refuses`, hint: HINT, node };
      break;
    case 'int16':
    case 'uint16':
    case 'uint4':
      yield { message: `${name} is of ${type}, which TensorRT does not have`, hint: HINT, node };
      break;
  }
}

function* zeroPoint(node: Node, context: LintContext): Problems {
  if (
    !context
      .constant(node.inputs[2])
      ?.numbers()
      ?.some((zero) => zero !== 0)
  )
    return;
  yield {
    message: `${printable(node.label)} has a zero point other than 0, which TensorRT refuses`,
    hint: HINT,
    node,
  };
}
