import { axisOf } from './dims.js';
import type { ShapeTable } from './rule.js';

/** Norms whose further outputs have other shapes. */
export const norm: ShapeTable = {
  // Means and variances are one for each channel.
  BatchNormalization: (view) => {
    const x = view.dims(0);
    const channels = view.dims(3) ?? (x && x.length > 1 ? [x[1] ?? null] : undefined);
    return view.node.outputs.map((_, i) => (i === 0 ? x : channels));
  },
  LayerNormalization: (view) => {
    const x = view.dims(0);
    const axis = x && axisOf(view.int('axis', -1), x.length);
    const stats = axis === undefined ? undefined : x?.map((dim, i) => (i < axis ? dim : 1));
    return view.node.outputs.map((_, i) => (i === 0 ? x : stats));
  },
};
