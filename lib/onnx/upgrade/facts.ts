import { type ElementType, elementTypeOf } from '../graph/element-types.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/** Operators whose first output has the element type of the first input. */
const SAME_TYPE = new Set(
  (
    'Abs Add AveragePool BatchNormalization Ceil Clip Concat Conv ConvTranspose DepthToSpace Div Dropout Elu Erf Exp ' +
    'Expand Flatten Floor Gather GatherElements GatherND Gemm GlobalAveragePool GlobalMaxPool GRU HardSigmoid HardSwish ' +
    'Identity InstanceNormalization LayerNormalization LeakyRelu Log LogSoftmax LpNormalization LRN LSTM MatMul Max ' +
    'MaxPool Mean Min Mul Neg PRelu Pad Pow Reciprocal ReduceL1 ReduceL2 ReduceMax ReduceMean ReduceMin ReduceProd ' +
    'ReduceSum Relu Reshape Resize RNN Selu Sigmoid Slice Softmax Softplus Split Sqrt Squeeze Sub Sum Tanh Tile ' +
    'Transpose Unsqueeze Upsample'
  ).split(' '),
);

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

/** How far back one question may go. Models that go beyond are upgraded without the answer. */
const MAX_STEPS = 1000;

/** What the nodes before a value tell of it, where the model does not say: enough for a few steps, no inference. */
export class Facts {
  readonly #types = new Map<Value, ElementType | undefined>();

  elementType(value: Value): ElementType | undefined {
    const asked: Value[] = [];
    let found: ElementType | undefined;
    for (let at: Value | undefined = value; at && asked.length < MAX_STEPS; at = sameType(at)) {
      if (this.#types.has(at)) {
        found = this.#types.get(at);
        break;
      }
      asked.push(at);
      found = ownType(at);
      if (found) break;
    }
    for (const entry of asked) this.#types.set(entry, found);
    return found;
  }

  /** How many dimensions a value has. */
  rank(value: Value): number | undefined {
    let added = 0;
    let least = 0;
    let at = value;
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const dims = knownDims(at);
      if (dims) return Math.max(least, dims.length + added);
      const next = at.producer && rankOf(at.producer, at);
      if (next === undefined) return undefined;
      if ('rank' in next) return Math.max(least, next.rank + added);
      least = Math.max(least, (next.least ?? 0) + added);
      added += next.added ?? 0;
      at = next.of;
    }
    return undefined;
  }
}

function knownDims(value: Value): readonly unknown[] | undefined {
  return value.dims ?? value.constant?.dims;
}

function ownType(value: Value): ElementType | undefined {
  const known = value.elementType ?? value.constant?.elementType;
  if (known && known !== 'undefined') return known;
  const { producer } = value;
  if (producer?.is('Cast')) {
    const to = producer.attributes.get('to');
    return to?.type === 'int' ? elementTypeOf(Number(to.value)) : undefined;
  }
  return undefined;
}

function sameType(value: Value): Value | undefined {
  const node = value.producer;
  if (node?.domain !== '' || !SAME_TYPE.has(node.opType)) return undefined;
  return node.outputs[0] === value || node.opType === 'Split' ? node.inputs[0] : undefined;
}

/** A rank; or that of another value and some dimensions more, and at least so many. */
type RankRule = { rank: number } | { of: Value; added?: number; least?: number };

function rankOf(node: Node, value: Value): RankRule | undefined {
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
