import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { type Dims, multiplyDims, size } from './dims.js';
import { forAll, one, type ShapeTable } from './rule.js';

/** Convolutions and pools: what slides a window over the axes behind the first two. */
export const convolution: ShapeTable = {
  Conv: one((view) => conv(view, 1)),
  ConvInteger: one((view) => conv(view, 1)),
  QLinearConv: one((view) => conv(view, 3)),
  DeformConv: one((view) => conv(view, 1)),
  ConvTranspose: one(convTranspose),
  AveragePool: one(pool),
  LpPool: one(pool),
  MaxPool: (view) => view.node.outputs.map(() => pool(view)),
  ...forAll(
    'GlobalAveragePool GlobalLpPool GlobalMaxPool',
    one((view) => view.dims(0)?.map((dim, i) => (i < 2 ? dim : 1))),
  ),
};

interface Window {
  readonly kernel: readonly Dim[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly autoPad: string;
}

function windowOf(view: NodeView, rank: number, kernel: readonly Dim[] | undefined): Window | undefined {
  const given = view.ints('kernel_shape', undefined) ?? kernel;
  const strides = view.ints('strides', new Array<number>(rank).fill(1));
  const dilations = view.ints('dilations', new Array<number>(rank).fill(1));
  const pads = view.ints('pads', new Array<number>(2 * rank).fill(0));
  if (given?.length !== rank || strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    return undefined;
  }
  return { kernel: given, strides, dilations, pads, autoPad: view.string('auto_pad', 'NOTSET') };
}

export function conv(view: NodeView, weight: number): Dims | undefined {
  const [x, w] = [view.dims(0), view.dims(weight)];
  const rank = (x ?? w)?.length;
  if (rank === undefined || rank < 3 || !x) return undefined;
  const window = windowOf(view, rank - 2, w?.slice(2));
  const channels = w?.[0] ?? null;
  if (!window) return [x[0] ?? null, channels, ...new Array<Dim>(rank - 2).fill(null)];
  return [x[0] ?? null, channels, ...x.slice(2).map((dim, i) => slide(dim, window, i, 0))];
}

function pool(view: NodeView): Dims | undefined {
  const x = view.dims(0);
  if (!x || x.length < 3) return undefined;
  const window = windowOf(view, x.length - 2, undefined);
  if (!window) return undefined;
  return [...x.slice(0, 2), ...x.slice(2).map((dim, i) => slide(dim, window, i, view.int('ceil_mode', 0)))];
}

/** Positions of a window along one axis. */
function slide(dim: Dim, { kernel, strides, dilations, pads, autoPad }: Window, i: number, ceilMode: number): Dim {
  const [stride, dilation, k] = [strides[i] ?? 1, dilations[i] ?? 1, kernel[i] ?? null];
  if (autoPad === 'SAME_UPPER' || autoPad === 'SAME_LOWER') {
    if (stride === 1) return dim;
    return typeof dim === 'number' ? size(Math.ceil(dim / stride)) : null;
  }
  if (typeof k !== 'number' || stride < 1) return null;
  const before = autoPad === 'VALID' ? 0 : (pads[i] ?? 0);
  const after = autoPad === 'VALID' ? 0 : (pads[i + kernel.length] ?? 0);
  const span = (k - 1) * dilation + 1;
  const gain = before + after - span;
  if (typeof dim !== 'number') return stride === 1 && gain === -1 ? dim : null;
  const room = dim + gain;
  if (room < 0) return null;
  const floor = Math.floor(room / stride) + 1;
  if (!ceilMode || room % stride === 0) return size(floor);
  // A last window that starts in the padding counts in some versions only.
  return floor * stride >= dim + before ? null : size(floor + 1);
}

function convTranspose(view: NodeView): Dims | undefined {
  const [x, w] = [view.dims(0), view.dims(1)];
  if (!x || x.length < 3) return undefined;
  const rank = x.length - 2;
  const window = windowOf(view, rank, w?.slice(2));
  const channels = multiplyDims(w?.[1] ?? null, view.int('group', 1));
  const given = view.ints('output_shape', undefined);
  const extra = view.ints('output_padding', new Array<number>(rank).fill(0));
  const spatial = x.slice(2).map((dim, i): Dim => {
    if (given && given.length >= rank) return size(given[i + given.length - rank] ?? -1);
    if (!window) return null;
    const [stride, dilation, k] = [window.strides[i] ?? 1, window.dilations[i] ?? 1, window.kernel[i] ?? null];
    if (window.autoPad.startsWith('SAME')) return multiplyDims(dim, stride);
    if (typeof k !== 'number') return null;
    const pads = window.autoPad === 'VALID' ? 0 : (window.pads[i] ?? 0) + (window.pads[i + rank] ?? 0);
    const gain = (extra[i] ?? 0) + (k - 1) * dilation + 1 - pads;
    if (typeof dim !== 'number') return stride === 1 && gain === 1 ? dim : null;
    return size((dim - 1) * stride + gain);
  });
  return [x[0] ?? null, channels, ...spatial];
}
