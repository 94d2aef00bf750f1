import { axisOf, type Dims, size } from './dims.js';
import { one, type ShapeTable } from './rule.js';

/** What picks elements by indices or by their values. */
export const indexing: ShapeTable = {
  Gather: one((view) => {
    const [dims, indices] = [view.dims(0), view.dims(1)];
    const axis = dims && axisOf(view.int('axis', 0), dims.length);
    return dims && indices && axis !== undefined ? dims.toSpliced(axis, 1, ...indices) : undefined;
  }),
  GatherElements: one((view) => view.dims(1)),
  GatherND: one((view) => {
    const [dims, indices] = [view.dims(0), view.dims(1)];
    const depth = indices?.[indices.length - 1];
    if (!dims || !indices || typeof depth !== 'number') return undefined;
    const batch = view.int('batch_dims', 0);
    return batch + depth <= dims.length ? [...indices.slice(0, -1), ...dims.slice(batch + depth)] : undefined;
  }),
  TopK: (view) => {
    const dims = view.dims(0);
    const axis = dims && axisOf(view.int('axis', -1), dims.length);
    if (!dims || axis === undefined) return [];
    const k = view.isBefore(10) ? view.int('k', null) : (view.data(1)?.[0] ?? null);
    const shape = dims.with(axis, typeof k === 'number' ? size(k) : k);
    return [shape, shape];
  },
  NonZero: one((view) => [view.dims(0)?.length ?? null, null]),
  Compress: one((view) => {
    const dims = view.dims(0);
    if (!view.has('axis')) return [null];
    const axis = dims && axisOf(view.int('axis', 0), dims.length);
    return axis === undefined ? undefined : dims?.with(axis, null);
  }),
  Unique: (view) => {
    const dims = view.dims(0);
    const axis = view.has('axis') ? dims && axisOf(view.int('axis', 0), dims.length) : undefined;
    const values: Dims | undefined = view.has('axis')
      ? axis === undefined
        ? undefined
        : dims?.with(axis, null)
      : [null];
    return view.node.outputs.map((_, i) => (i === 0 ? values : [null]));
  },
  NonMaxSuppression: one(() => [null, 3]),
  NegativeLogLikelihoodLoss: one((view) => (view.string('reduction', 'mean') === 'none' ? view.dims(1) : [])),
  SoftmaxCrossEntropyLoss: (view) => [view.string('reduction', 'mean') === 'none' ? view.dims(1) : [], view.dims(0)],
};
