import type { NodeView } from '../node-view.js';
import { axesOf, axisOf, type Dims, unknownDims } from './dims.js';
import { forAll, one, type ShapeTable } from './rule.js';

export const reduction: ShapeTable = {
  ...forAll(
    `ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare`,
    one(reduce),
  ),
  ...forAll(
    'ArgMax ArgMin',
    one((view) => {
      const dims = view.dims(0);
      const axis = dims && axisOf(view.int('axis', 0), dims.length);
      return axis === undefined ? undefined : without(dims as Dims, [axis], view.int('keepdims', 1));
    }),
  ),
};

function reduce(view: NodeView): Dims | undefined {
  const dims = view.dims(0);
  if (!dims) return undefined;
  const keepDims = view.int('keepdims', 1);
  const given = view.ints('axes', undefined) ?? (view.hasInput(1) ? view.numbers(1) : []);
  // Axes that come from elsewhere: the rank stays if all are kept.
  if (!given) return keepDims ? unknownDims(dims.length) : undefined;
  if (given.length === 0) {
    if (view.int('noop_with_empty_axes', 0)) return dims;
    return keepDims ? dims.map(() => 1) : [];
  }
  const axes = axesOf(given, dims.length);
  return axes && without(dims, axes, keepDims);
}

export function without(dims: Dims, axes: readonly number[], keepDims: number): Dims {
  return keepDims ? dims.map((dim, i) => (axes.includes(i) ? 1 : dim)) : dims.filter((_, i) => !axes.includes(i));
}
