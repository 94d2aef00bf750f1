import { type KnownDims, type KnownShape, shapeOf } from './known-shape.js';

type Inputs = readonly (KnownShape | undefined)[];

/** Layers whose outputs are as large as their inputs, which may be broadcast. */
const ELEMENTWISE =
  /^(ACTIVATION|SCALE|UNARY|CAST|IDENTITY|SOFTMAX|NORMALIZATION|LRN|PARAMETRIC_RELU|QUANTIZE|DEQUANTIZE|ELEMENTWISE|SELECT|CUMULATIVE|REVERSE_SEQUENCE|SCATTER|REDUCE)$/;
/** Layers that change order and grouping of elements, and no element. */
const REARRANGING = /^(SHUFFLE|SQUEEZE|UNSQUEEZE)$/;
/** Layers that leave the first size, that of the batch, as it is. */
const BY_ROWS = /^(CONVOLUTION|DECONVOLUTION|POOLING|PADDING|RESIZE)$/;

/** Fills in sizes of an output that a plan leaves open (null), as far as its kind of layer says. */
export function outputDims(type: string, own: KnownDims, inputs: Inputs): KnownShape {
  const [first, second] = inputs;
  if (REARRANGING.test(type)) return rearranged(own, first?.count ?? null);
  if (ELEMENTWISE.test(type)) return fill(own, (axis) => broadcast(own, inputs, axis));
  if (BY_ROWS.test(type)) return fill(own, (axis) => (axis === 0 ? (first?.dims[0] ?? null) : null));
  if (type === 'MATRIX_MULTIPLY') return fill(own, (axis) => product(own, first, second, axis));
  if (type === 'CONCATENATION') return fill(own, (axis) => joined(own, inputs, axis));
  if (type === 'GATHER') return gathered(own, first, second);
  return shapeOf(own);
}

function fill(own: KnownDims, at: (axis: number) => number | null): KnownShape {
  return shapeOf(own.map((dim, axis) => dim ?? at(axis)));
}

/** One open size follows from how many elements there are. */
function rearranged(own: KnownDims, count: number | null): KnownShape {
  const rest = own.reduce<number>((all, dim) => all * (dim ?? 1), 1);
  const isOne = own.filter((dim) => dim === null).length === 1;
  if (count === null || !isOne || rest === 0 || count % rest !== 0) return { dims: own, count };
  return { dims: own.map((dim) => dim ?? count / rest), count };
}

/** The size of the inputs, of which those that are 1 give way to others. A size that a reduction takes away is never open. */
function broadcast(own: KnownDims, inputs: Inputs, axis: number): number | null {
  const sizes = inputs.filter((input) => input?.dims.length === own.length).map((input) => input?.dims[axis] ?? null);
  const large = sizes.find((size) => size !== null && size !== 1);
  if (large !== undefined) return large;
  return sizes.length > 0 && !sizes.includes(null) ? 1 : null;
}

function product(
  own: KnownDims,
  first: KnownShape | undefined,
  second: KnownShape | undefined,
  axis: number,
): number | null {
  if (axis === own.length - 2) return first?.dims.length === own.length ? (first.dims[axis] ?? null) : null;
  if (axis === own.length - 1) return second?.dims.length === own.length ? (second.dims[axis] ?? null) : null;
  return broadcast(own, [first, second], axis);
}

/** Along a known axis of the output that is longer than that of an input, and else along the only one that is open. */
function joined(own: KnownDims, inputs: Inputs, axis: number): number | null {
  const open = own.filter((dim) => dim === null).length;
  const isLonger = own.some((dim, i) => dim !== null && inputs.some((input) => (input?.dims[i] ?? dim) < dim));
  const sizes = inputs.map((input) => input?.dims[axis] ?? null);
  if (isLonger) return sizes.find((size) => size !== null) ?? null;
  if (open > 1 || sizes.includes(null)) return null;
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/** Rows of a table, one for each index. */
function gathered(own: KnownDims, table: KnownShape | undefined, indices: KnownShape | undefined): KnownShape {
  if (!table || !indices || own.length !== indices.dims.length + table.dims.length - 1) return shapeOf(own);
  const isRows = table.dims.slice(1).every((dim, i) => dim !== null && dim === own[indices.dims.length + i]);
  return isRows ? fill(own, (axis) => indices.dims[axis] ?? null) : shapeOf(own);
}
