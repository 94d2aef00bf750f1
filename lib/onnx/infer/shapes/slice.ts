import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { axesOf, type Dims, size, unknownDims } from './dims.js';

/** Where a slice goes along one axis; `start` and `end` as they are written. */
interface SliceAxis {
  readonly axis: number;
  readonly start: Dim;
  readonly end: Dim;
  readonly step: number | undefined;
}

/** What a Slice node takes; undefined where the axes are not known. */
export function sliceAxes(view: NodeView, rank: number): SliceAxis[] | undefined {
  const isOld = view.isBefore(10) || view.has('starts');
  const starts = isOld ? view.ints('starts', undefined) : view.data(1);
  const ends = isOld ? view.ints('ends', undefined) : view.data(2);
  const count = starts?.length ?? ends?.length ?? view.dims(1)?.[0] ?? view.dims(2)?.[0];
  const given = isOld ? view.ints('axes', undefined) : view.hasInput(3) ? (view.numbers(3) ?? 'unknown') : undefined;
  if (given === 'unknown' || typeof count !== 'number' || count > rank) return undefined;
  const axes = axesOf(given ?? Array.from({ length: count }, (_, i) => i), rank);
  const steps = isOld || !view.hasInput(4) ? axes?.map(() => 1) : view.numbers(4);
  return axes?.map((axis, i) => ({ axis, start: starts?.[i] ?? null, end: ends?.[i] ?? null, step: steps?.[i] }));
}

export function sliceDims(view: NodeView): Dims | undefined {
  const dims = view.dims(0);
  if (!dims) return undefined;
  const axes = sliceAxes(view, dims.length);
  if (!axes) return unknownDims(dims.length);
  const result = [...dims];
  for (const entry of axes) result[entry.axis] = sliced(dims[entry.axis] ?? null, entry);
  return result;
}

function sliced(dim: Dim, { start, end, step }: SliceAxis): Dim {
  if (step === undefined || step === 0) return null;
  if (typeof dim === 'number' && typeof start === 'number' && typeof end === 'number') {
    return size(positions(dim, start, end, step).count);
  }
  if (step === 1 && start === 0 && end !== null) {
    // All of it, also where its size has only a name.
    if (end === dim || (typeof end === 'number' && end >= 2 ** 31 - 1)) return dim;
  }
  // From the end by a fixed number: as many as that, if there are so many.
  return null;
}

/** The first position and how many there are. Ends that count from the end, or lie beyond it, are cut to the size. */
export function positions(dim: number, start: number, end: number, step: number): { first: number; count: number } {
  const cut = (at: number, low: number, high: number) => Math.max(low, Math.min(high, at < 0 ? at + dim : at));
  const first = step > 0 ? cut(start, 0, dim) : cut(start, 0, dim - 1);
  const last = step > 0 ? cut(end, 0, dim) : cut(end, -1, dim - 1);
  return { first, count: Math.max(0, Math.ceil((last - first) / step)) };
}
