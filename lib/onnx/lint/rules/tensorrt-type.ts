import { printable } from '../../file/external-location.js';
import { type ElementType, elementTypeOf } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import { type LintRule, nvidia } from '../rule.js';

/** float64 becomes float32: see the rule float64-compute. uint8 is for inputs and outputs that a Cast touches. */
const taken: readonly ElementType[] = [
  ...(['float32', 'float16', 'bfloat16', 'float64', 'int8', 'int32', 'int64', 'bool', 'uint8'] as const),
  ...(['float8e4m3fn', 'int4', 'float4e2m1', 'undefined'] as const),
];

const HINT = 'Cast it to int32, int64 or float32 when you export, or run this model on the CPU backend.';

export const tensorrtType: LintRule = {
  name: 'tensorrt-type',
  severity: 'error',
  for: nvidia,
  summary:
    'A value is of a type that TensorRT does not have: strings, complex numbers, sequences, unsigned numbers but for uint8 inputs that are cast.',
  *graph(graph, { model }) {
    if (graph !== model.graph) return;
    for (const value of new Set([...graph.inputs, ...graph.outputs])) {
      if (value.type?.kind === 'other') {
        const message = `'${printable(value.name)}' is a sequence, map or optional value, which TensorRT does not have`;
        yield { message, hint: 'Export the model with tensors only.', value };
        continue;
      }
      const type = value.elementType;
      if (type && !taken.includes(type)) {
        yield { message: `'${printable(value.name)}' is ${type}, which TensorRT does not have`, hint: HINT, value };
      } else if (type === 'uint8') {
        const why = misusedUint8(value);
        if (why)
          yield {
            message: `'${printable(value.name)}' is uint8 and ${why}, which TensorRT refuses`,
            hint: HINT,
            value,
          };
      }
    }
  },
  *constant({ tensor, value, node, graph }) {
    if (taken.includes(tensor.elementType)) return;
    const name = printable(value?.name ?? node?.label ?? '');
    const message = `the constant '${name}' is ${tensor.elementType}, which TensorRT does not have, used or not`;
    yield { message, hint: HINT, value, node, graph };
  },
  *node(node, context) {
    const what = refused(node, (i) => context.elementType(node.inputs[i]));
    if (what) yield { message: `${printable(node.label)} ${what}, which TensorRT refuses`, hint: HINT, node };
  },
};

/** An input must go into Casts at once, an output come from one. */
function misusedUint8(value: Value): string | undefined {
  const { producer } = value;
  if (producer)
    return producer.is('Cast', 'Constant', 'CastLike', 'QuantizeLinear') ? undefined : `comes from ${producer.opType}`;
  const other = value.consumers.find((node) => !takesUint8(node, value));
  return other && `goes into ${printable(other.label)} without a Cast`;
}

function takesUint8(node: Node, value: Value): boolean {
  // As a zero point it only says the type: see the rule tensorrt-quantization.
  if (node.is('QuantizeLinear', 'DequantizeLinear')) return node.inputs[2] === value;
  return node.is('Cast', 'CastLike', 'Equal');
}

function refused(node: Node, type: (input: number) => ElementType | undefined): string | undefined {
  if (node.domain !== '') return undefined;
  if (node.opType === 'Cast') {
    const to = elementTypeOf(node.int('to', 0));
    const output = node.outputs[0];
    if (to && !taken.includes(to)) return `casts to ${to}`;
    if (to === 'uint8' && output && !output.isOutput) return 'casts to uint8 in the middle of the model';
    return undefined;
  }
  const first = type(0);
  const isWhole = first === 'int32' || first === 'int64';
  if (['MatMul', 'Gemm', 'Relu'].includes(node.opType) && isWhole) return `computes with ${first}`;
  if (node.opType === 'MatMul' && first === 'int8') return 'computes with int8 that is not quantised';
  if (/^Reduce(Max|Min)$/.test(node.opType) && first === 'bool') return 'reduces bool';
  if (node.opType === 'Clip' && first === 'int8' && (type(1) || type(2))) return 'limits int8';
  if (node.opType === 'Mod' && first === 'int8') return 'computes with int8';
  return undefined;
}
