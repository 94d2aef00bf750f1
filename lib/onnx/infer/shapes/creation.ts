import { elementTypeOfFact } from '../fact.js';
import type { NodeView } from '../node-view.js';
import { axisOf, MAX_RANK, size } from './dims.js';
import { forAll, one, type ShapeTable } from './rule.js';

/** What makes tensors of sizes that inputs or attributes say. */
export const creation: ShapeTable = {
  Constant: one((view) => {
    const sparse = view.attribute('sparse_value');
    return sparse?.type === 'sparseTensor' ? sparse.value.dims : view.node.constantOutput?.dims;
  }),
  ConstantOfShape: one((view) => {
    const data = view.data(0);
    if (data) return data.map((dim) => (typeof dim === 'number' ? size(dim) : dim));
    const length = view.dims(0)?.[0];
    return typeof length === 'number' && length <= MAX_RANK ? new Array(length).fill(null) : undefined;
  }),
  Range: one((view) => {
    const [start, limit, delta] = [view.numbers(0)?.[0], view.numbers(1)?.[0], view.numbers(2)?.[0]];
    // From 0 in steps of 1 up to a size with a name.
    const named = view.data(1)?.[0];
    if (start === 0 && delta === 1 && typeof named === 'string') return [named];
    if (start === undefined || limit === undefined || !delta) return [null];
    // As elements of that type are subtracted.
    const span = elementTypeOfFact(view.inputs[0]) === 'float32' ? Math.fround(limit - start) : limit - start;
    return [size(Math.max(0, Math.ceil(span / delta)))];
  }),
  ...forAll(
    'RandomNormal RandomUniform',
    one((view) => view.ints('shape', undefined)?.map(size)),
  ),
  Multinomial: one((view) => [view.dims(0)?.[0] ?? null, size(view.int('sample_size', 1))]),
  ...forAll(
    'BlackmanWindow HammingWindow HannWindow',
    one((view) => [size(view.numbers(0)?.[0] ?? -1)]),
  ),
  Shape: one((view) => {
    const rank = view.dims(0)?.length;
    return rank === undefined ? [null] : [shapeRange(view, rank).length];
  }),
  ...forAll(
    'Size SequenceLength OptionalHasElement',
    one(() => []),
  ),
  OneHot: one((view) => {
    const indices = view.dims(0);
    const axis = indices && axisOf(view.int('axis', -1), indices.length + 1);
    if (!indices || axis === undefined) return undefined;
    const depth = view.data(1)?.[0] ?? null;
    return indices.toSpliced(axis, 0, typeof depth === 'number' ? size(depth) : depth);
  }),
};

/** Axes that `Shape` tells. */
export function shapeRange(view: NodeView, rank: number): number[] {
  const clamp = (at: number) => Math.max(0, Math.min(rank, at < 0 ? at + rank : at));
  const [start, end] = [clamp(view.int('start', 0)), clamp(view.int('end', rank))];
  return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
}
