import type { Dim } from '../../graph/value-type.js';

export type Dims = readonly Dim[];

/** Ranks beyond this are not followed. */
export const MAX_RANK = 64;

/** Arithmetic with sizes of which some have names only. What cannot be said is null. */
export function addDims(a: Dim, b: Dim): Dim {
  if (a === 0) return b;
  if (b === 0) return a;
  return typeof a === 'number' && typeof b === 'number' ? safe(a + b) : null;
}

export function multiplyDims(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  if (a === 0 || b === 0) return 0;
  return typeof a === 'number' && typeof b === 'number' ? safe(a * b) : null;
}

/** As a size; a computation may go wrong in models that nobody can run. */
export function size(value: number): Dim {
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function safe(value: number): Dim {
  return Number.isSafeInteger(value) ? value : null;
}

export function productOf(dims: Dims): Dim {
  return dims.includes(0) ? 0 : dims.reduce(multiplyDims, 1);
}

/** Place of an axis that may count from the end; undefined outside of the rank. */
export function axisOf(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** Axes that may count from the end; undefined where one is outside of the rank. */
export function axesOf(axes: readonly number[], rank: number): number[] | undefined {
  const places = axes.map((axis) => axisOf(axis, rank));
  return places.every((place) => place !== undefined) ? (places as number[]) : undefined;
}

/** The shape that tensors of these shapes have together; undefined where a rank is not known. */
export function broadcast(shapes: readonly (Dims | undefined)[]): Dims | undefined {
  if (shapes.some((dims) => dims === undefined)) return undefined;
  const known = shapes as readonly Dims[];
  const rank = Math.max(0, ...known.map(({ length }) => length));
  return Array.from({ length: rank }, (_, i) => {
    const met = known.flatMap((dims) => (i < rank - dims.length ? [] : [dims[i - rank + dims.length] as Dim]));
    return met.reduce(broadcastDim, 1);
  });
}

function broadcastDim(a: Dim, b: Dim): Dim {
  if (a === 1) return b;
  if (b === 1) return a;
  // The other one can only be the same, or 1.
  if (typeof a === 'number') return a;
  if (typeof b === 'number') return b;
  return a === b ? a : null;
}

export function unknownDims(rank: number): Dims {
  return new Array<Dim>(rank).fill(null);
}

/** All sizes as numbers, or undefined. */
export function allNumbers(dims: Dims | undefined): readonly number[] | undefined {
  return dims?.every((dim) => typeof dim === 'number') ? (dims as readonly number[]) : undefined;
}
