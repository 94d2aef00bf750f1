import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/** Operators whose first output has the rank of the first input. */
const SAME_RANK = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Clip Concat CumSum DepthToSpace DequantizeLinear Dropout Elu Erf Exp ' +
    'Floor GlobalAveragePool GlobalMaxPool HardSigmoid HardSwish Hardmax Identity InstanceNormalization LayerNormalization ' +
    'LeakyRelu Log LogSoftmax LpNormalization LRN MaxPool Mish Neg Pad QuantizeLinear Reciprocal Relu Resize Selu Sigmoid ' +
    'Slice Softmax Softplus Softsign Split Sqrt Tanh Tile TopK Upsample'
  ).split(' '),
);

/** Operators whose output has the rank of the input with the most dimensions. */
const BROADCASTING = new Set('Add Div Max Mean Min Mul PRelu Pow Sub Sum'.split(' '));

/** How far back one question may go. What lies beyond is not known. */
const MAX_DEPTH = 200;

/** How many dimensions values have, as far as that follows from the nodes before them: enough for a few steps. */
export class Ranks {
  /** What is being asked for is undefined meanwhile, so that nodes in a circle end. */
  readonly #known = new Map<Value, number | undefined>();
  readonly #lengths = new Map<Value, number | undefined>();

  of(value: Value | undefined, depth = 0): number | undefined {
    const dims = value?.dims ?? value?.constant?.dims;
    if (dims) return dims.length;
    if (!value?.producer || depth > MAX_DEPTH) return undefined;
    if (!this.#known.has(value)) {
      this.#known.set(value, undefined);
      this.#known.set(value, this.#produced(value.producer, value, depth + 1));
    }
    return this.#known.get(value);
  }

  #produced(node: Node, value: Value, depth: number): number | undefined {
    if (node.domain !== '' || node.outputs[0] !== value) return undefined;
    const [data, other] = node.inputs;
    if (SAME_RANK.has(node.opType)) return this.of(data, depth);
    if (BROADCASTING.has(node.opType)) return this.#most(node.inputs, depth);
    switch (node.opType) {
      case 'Flatten':
      case 'Gemm':
        return 2;
      case 'Shape':
        return 1;
      case 'Conv':
      case 'ConvTranspose':
        return this.of(other, depth);
      case 'MatMul': {
        // Vectors lose their dimension.
        const ranks = node.inputs.map((input) => this.of(input, depth) ?? 0);
        return Math.min(...ranks) >= 2 ? Math.max(...ranks) : undefined;
      }
      case 'Transpose': {
        const perm = node.attributes.get('perm');
        return perm?.type === 'ints' ? perm.value.length : this.of(data, depth);
      }
      case 'Reshape':
        return this.#length(other, depth);
      case 'Squeeze':
      case 'Unsqueeze': {
        const count = axesOf(node);
        const rank = this.of(data, depth);
        if (count === undefined || rank === undefined) return undefined;
        return node.opType === 'Squeeze' ? rank - count : rank + count;
      }
      default:
        return undefined;
    }
  }

  #most(values: Node['inputs'], depth: number): number | undefined {
    let most = 0;
    for (const value of values) {
      const rank = this.of(value, depth);
      if (rank === undefined) return undefined;
      most = Math.max(most, rank);
    }
    return most;
  }

  /** How many elements a vector has, as a shape. */
  #length(value: Value | undefined, depth: number): number | undefined {
    const dims = value?.constant?.dims ?? value?.dims;
    if (dims) return dims.length === 1 && typeof dims[0] === 'number' ? dims[0] : undefined;
    if (value?.producer?.domain !== '' || depth > MAX_DEPTH) return undefined;
    if (!this.#lengths.has(value)) {
      this.#lengths.set(value, undefined);
      this.#lengths.set(value, this.#producedLength(value.producer, depth));
    }
    return this.#lengths.get(value);
  }

  #producedLength(node: Node, depth: number): number | undefined {
    const [data, second] = node.inputs;
    switch (node.opType) {
      case 'Cast':
      case 'Identity':
        return this.#length(data, depth + 1);
      case 'Concat': {
        const lengths = node.inputs.map((input) => this.#length(input, depth + 1));
        return lengths.reduce(
          (sum, length) => (sum === undefined || length === undefined ? undefined : sum + length),
          0,
        );
      }
      case 'Shape':
        return node.attributes.size === 0 ? this.of(data, depth + 1) : undefined;
      case 'Gather': {
        const indices = second?.constant?.dims;
        return indices?.length === 1 ? indices[0] : undefined;
      }
      case 'Unsqueeze':
        return axesOf(node) === 1 && this.of(data, depth + 1) === 0 ? 1 : undefined;
      case 'Slice':
        return sliceLength(node, this.#length(data, depth + 1));
      default:
        return undefined;
    }
  }
}

function axesOf(node: Node): number | undefined {
  const axes = node.attributes.get('axes');
  return axes?.type === 'ints' ? axes.value.length : node.inputs[1]?.constant?.elementCount;
}

/** Of a vector of `length` elements, from one place to another, both counted from its start. */
function sliceLength({ inputs: [, starts, ends, , steps] }: Node, length: number | undefined): number | undefined {
  const [start] = starts?.constant?.numbers() ?? [];
  const [end] = ends?.constant?.numbers() ?? [];
  if (length === undefined || start === undefined || end === undefined || steps || start < 0 || end < start)
    return undefined;
  return Math.min(end, length) - Math.min(start, length);
}
