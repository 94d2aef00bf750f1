import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { axesOf, type Dims, size, unknownDims } from './dims.js';
import { one, type ShapeTable } from './rule.js';

/** What samples pictures at other places. */
export const image: ShapeTable = {
  Resize: one((view) => (view.isBefore(11) ? scaled(view, view.data(1)) : resize(view))),
  Upsample: one((view) => scaled(view, view.floats('scales', undefined) ?? view.data(1))),
  GridSample: one((view) => {
    const [x, grid] = [view.dims(0), view.dims(1)];
    return x && grid && x.length === grid.length ? [...x.slice(0, 2), ...grid.slice(1, -1)] : undefined;
  }),
  RoiAlign: one((view) => {
    const [height, width] = [view.int('output_height', 1), view.int('output_width', 1)];
    return [view.dims(1)?.[0] ?? null, view.dims(0)?.[1] ?? null, size(height), size(width)];
  }),
  MaxRoiPool: one((view) => {
    const pooled = view.ints('pooled_shape', [-1, -1]).map(size);
    return [view.dims(1)?.[0] ?? null, view.dims(0)?.[1] ?? null, ...pooled];
  }),
};

function resize(view: NodeView): Dims | undefined {
  const dims = view.dims(0);
  if (!dims) return undefined;
  const axes = axesOf(view.ints('axes', [...dims.keys()]), dims.length);
  if (!axes) return undefined;
  if (view.hasInput(3)) {
    const sizes = view.data(3);
    const keepsRatio = view.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch';
    if (sizes?.length !== axes.length || keepsRatio) return without(dims, axes);
    const result = [...dims];
    for (const [i, axis] of axes.entries()) result[axis] = sizes[i] ?? null;
    return result;
  }
  // Scales are of the part that roi cuts out.
  const isCrop = view.string('coordinate_transformation_mode', '') === 'tf_crop_and_resize';
  return isCrop ? without(dims, axes) : scaled(view, view.data(2), axes);
}

function without(dims: Dims, axes: readonly number[]): Dims {
  return dims.map((dim, i) => (axes.includes(i) ? null : dim));
}

function scaled(view: NodeView, scales: readonly Dim[] | undefined, axes?: readonly number[]): Dims | undefined {
  const dims = view.dims(0);
  if (!dims) return undefined;
  const places = axes ?? [...dims.keys()];
  if (scales?.length !== places.length) return axes ? without(dims, axes) : unknownDims(dims.length);
  const result = [...dims];
  for (const [i, axis] of places.entries()) {
    const [dim, scale] = [dims[axis], scales[i]];
    if (scale === 1) continue;
    result[axis] =
      typeof dim === 'number' && typeof scale === 'number' ? size(Math.floor(Math.fround(dim * scale))) : null;
  }
  return result;
}
