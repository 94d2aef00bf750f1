import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/** Operators whose first output has the rank of the first input. */
const SAME_RANK = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Clip Concat Conv ConvTranspose CumSum DepthToSpace DequantizeLinear ' +
    'Dropout Elu Erf Exp Floor GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Hardmax Identity ' +
    'InstanceNormalization LayerNormalization LeakyRelu Log LogSoftmax LpNormalization LRN MaxPool Mish Neg Pad ' +
    'QuantizeLinear Reciprocal Relu Resize Selu Sigmoid Slice Softmax Softplus Softsign Split Sqrt Tanh Tile TopK Upsample'
  ).split(' '),
);

/** Operators whose output has the rank of the input with the most dimensions. */
const BROADCASTING = new Set('Add Div Max Mean Min Mul PRelu Pow Sub Sum'.split(' '));

/** How far back one question may go. What lies beyond is not known. */
const MAX_STEPS = 1000;

/** How many dimensions a value has, where that follows from the nodes before it: enough for a few steps. */
export function rankOf(value: Value): number | undefined {
  let added = 0;
  let least = 0;
  let at = value;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const dims = knownDims(at);
    if (dims) return Math.max(least, dims.length + added);
    const next = at.producer && ruleOf(at.producer, at);
    if (next === undefined) return undefined;
    if ('rank' in next) return Math.max(least, next.rank + added);
    least = Math.max(least, (next.least ?? 0) + added);
    added += next.added ?? 0;
    at = next.of;
  }
  return undefined;
}

function knownDims(value: Value): readonly unknown[] | undefined {
  return value.dims ?? value.constant?.dims;
}

/** A rank; or that of another value and some dimensions more, and at least so many. */
type RankRule = { rank: number } | { of: Value; added?: number; least?: number };

function ruleOf(node: Node, value: Value): RankRule | undefined {
  if (node.domain !== '' || node.outputs[0] !== value) return undefined;
  const [of] = node.inputs;
  if (BROADCASTING.has(node.opType)) return broadcast(node);
  if (node.opType === 'Flatten' || node.opType === 'Gemm') return { rank: 2 };
  if (node.opType === 'Reshape') {
    const dims = node.inputs[1]?.constant?.dims;
    return dims?.length === 1 ? { rank: dims[0] as number } : undefined;
  }
  if (!of) return undefined;
  if (SAME_RANK.has(node.opType) || node.opType === 'Transpose') return { of };
  if (node.opType === 'MatMul') return node.inputs[1]?.constant?.dims.length === 2 ? { of } : undefined;
  if (node.opType === 'Squeeze' || node.opType === 'Unsqueeze') {
    const axes = node.attributes.get('axes');
    const count = axes?.type === 'ints' ? axes.value.length : node.inputs[1]?.constant?.elementCount;
    return count === undefined ? undefined : { of, added: node.opType === 'Squeeze' ? -count : count };
  }
  return undefined;
}

/** Where of at most one input nothing is known. */
function broadcast(node: Node): RankRule | undefined {
  let of: Value | undefined;
  let least = 0;
  for (const input of node.inputs) {
    const dims = input && knownDims(input);
    if (dims) least = Math.max(least, dims.length);
    else if (of || !input) return undefined;
    else of = input;
  }
  return of ? { of, least } : { rank: least };
}
