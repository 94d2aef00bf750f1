import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import {
  addDims,
  axesOf,
  axisOf,
  broadcast,
  type Dims,
  MAX_RANK,
  multiplyDims,
  productOf,
  size,
  unknownDims,
} from './dims.js';
import { reshape } from './reshape.js';
import { one, type ShapeTable } from './rule.js';
import { sliceDims } from './slice.js';

/** What moves elements without looking at them. */
export const movement: ShapeTable = {
  Reshape: one(reshape),
  Slice: one(sliceDims),
  Transpose: one((view) => {
    const dims = view.dims(0);
    const order = dims && view.ints('perm', [...dims.keys()].reverse());
    return order?.length === dims?.length ? order?.map((axis) => dims?.[axis] ?? null) : undefined;
  }),
  Flatten: one((view) => {
    const dims = view.dims(0);
    const axis = dims && (dims.length === view.int('axis', 1) ? dims.length : axisOf(view.int('axis', 1), dims.length));
    if (dims === undefined || axis === undefined) return [null, null];
    return [productOf(dims.slice(0, axis)), productOf(dims.slice(axis))];
  }),
  Concat: one(concat),
  Split: split,
  Squeeze: one((view) => {
    const dims = view.dims(0);
    const given = axesGiven(view);
    if (!dims || given === 'unknown') return undefined;
    // Without axes all that are 1 go: one without a known size may be.
    if (!given) return dims.every((dim) => typeof dim === 'number') ? dims.filter((dim) => dim !== 1) : undefined;
    const axes = axesOf(given, dims.length);
    return axes && dims.filter((_, i) => !axes.includes(i));
  }),
  Unsqueeze: one((view) => {
    const dims = view.dims(0);
    const given = axesGiven(view);
    if (!dims || !given || given === 'unknown' || given.length > MAX_RANK) return undefined;
    const axes = axesOf(given, dims.length + given.length);
    if (!axes || new Set(axes).size !== axes.length) return undefined;
    const rest = [...dims];
    return Array.from({ length: dims.length + axes.length }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() ?? null)));
  }),
  Expand: one((view) => {
    const target = view.data(1)?.map((dim) => (typeof dim === 'number' ? size(dim) : dim));
    const rank = view.dims(1)?.[0];
    return broadcast([
      view.dims(0),
      target ?? (typeof rank === 'number' && rank <= MAX_RANK ? unknownDims(rank) : undefined),
    ]);
  }),
  Tile: one((view) => {
    const dims = view.dims(0);
    const repeats = view.isBefore(6) ? undefined : view.data(1);
    if (!dims || !repeats) return dims && unknownDims(dims.length);
    return repeats.length === dims.length ? dims.map((dim, i) => multiplyDims(dim, repeats[i] ?? null)) : undefined;
  }),
  Pad: one(pad),
  DepthToSpace: one((view) => {
    const dims = view.dims(0);
    const block = view.int('blocksize', 0);
    if (dims?.length !== 4 || block < 1) return undefined;
    const [n = null, c = null, h = null, w = null] = dims;
    return [n, divide(c, block * block), multiplyDims(h, block), multiplyDims(w, block)];
  }),
  SpaceToDepth: one((view) => {
    const dims = view.dims(0);
    const block = view.int('blocksize', 0);
    if (dims?.length !== 4 || block < 1) return undefined;
    const [n = null, c = null, h = null, w = null] = dims;
    return [n, multiplyDims(c, block * block), divide(h, block), divide(w, block)];
  }),
};

/** By an attribute in old operator sets, by an input in new ones. undefined: none are given. */
function axesGiven(view: NodeView): readonly number[] | 'unknown' | undefined {
  const attribute = view.ints('axes', undefined);
  if (attribute || !view.hasInput(1)) return attribute;
  return view.numbers(1) ?? 'unknown';
}

function divide(dim: Dim, by: number): Dim {
  if (by === 1) return dim;
  return typeof dim === 'number' && dim % by === 0 ? dim / by : null;
}

function concat(view: NodeView): Dims | undefined {
  const shapes = view.inputs.map((_, i) => view.dims(i));
  const first = shapes.find((dims) => dims !== undefined);
  const axis = first && axisOf(view.int('axis', 1), first.length);
  if (!first || axis === undefined) return undefined;
  return first.map((_, i) => {
    const met = shapes.map((dims) => dims?.[i] ?? null);
    if (i === axis) return met.reduce(addDims, 0);
    return met.find((dim) => typeof dim === 'number') ?? met.find((dim) => dim !== null) ?? null;
  });
}

function split(view: NodeView): readonly (Dims | undefined)[] {
  const dims = view.dims(0);
  const axis = dims && axisOf(view.int('axis', 0), dims.length);
  if (!dims || axis === undefined) return [];
  const count = view.node.outputs.length;
  const given =
    view.ints('split', undefined) ?? (view.hasInput(1) ? view.data(1) : equalParts(view, dims[axis] ?? null));
  return view.node.outputs.map((_, i) => {
    const part = given?.length === count ? (given[i] ?? null) : null;
    return dims.with(axis, typeof part === 'number' ? size(part) : part);
  });
}

function equalParts(view: NodeView, dim: Dim): Dims | undefined {
  const count = view.node.outputs.length;
  if (count === 1) return [dim];
  if (typeof dim !== 'number') return undefined;
  // The last may be smaller where their number is an attribute.
  const chunk = Math.ceil(dim / count);
  if (!view.has('num_outputs') && dim % count !== 0) return undefined;
  return view.node.outputs.map((_, i) => Math.max(0, Math.min(chunk, dim - i * chunk)));
}

function pad(view: NodeView): Dims | undefined {
  const dims = view.dims(0);
  if (!dims) return undefined;
  const pads = view.ints('pads', undefined) ?? view.ints('paddings', undefined) ?? view.data(1);
  const given = view.hasInput(3) ? view.numbers(3) : dims.map((_, i) => i);
  const axes = given && axesOf(given, dims.length);
  if (!axes || pads?.length !== 2 * axes.length) return unknownDims(dims.length);
  const result = [...dims];
  for (const [i, axis] of axes.entries()) {
    const sum = addDims(pads[i] ?? null, pads[i + axes.length] ?? null);
    const padded = addDims(result[axis] ?? null, sum);
    result[axis] = typeof padded === 'number' ? size(padded) : padded;
  }
  return result;
}
