import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { type Dims, MAX_RANK, size } from './dims.js';

/** A size taken from the input (0), the one that is left over (-1), or itself. */
export function reshape(view: NodeView): Dims | undefined {
  const dims = view.dims(0);
  const target = view.ints('shape', undefined) ?? view.data(1);
  if (!target) {
    const rank = view.dims(1)?.[0];
    return typeof rank === 'number' && rank <= MAX_RANK ? new Array<Dim>(rank).fill(null) : undefined;
  }
  const allowsZero = view.int('allowzero', 0) === 1;
  // An unknown number in it may be -1 or 0 as well.
  const isOpen = target.includes(null);
  const result = target.map((dim, i): Dim => {
    if (dim === 0 && !allowsZero) return dims ? (dims[i] ?? null) : null;
    return typeof dim === 'number' ? size(dim) : dim;
  });
  const leftOver = target.indexOf(-1);
  const open =
    leftOver >= 0 ? leftOver : isOpen && target.indexOf(null) === target.lastIndexOf(null) ? target.indexOf(null) : -1;
  if (open < 0 || !dims) return result;
  if (leftOver >= 0 && isOpen) return result;
  result[open] = quotient(dims, result.toSpliced(open, 1));
  return result;
}

/** How often the elements of `part` go into those of `whole`, where that can be said. */
export function quotient(whole: Dims, part: Dims): Dim {
  if (whole.includes(null) || part.includes(null)) return null;
  const names = whole.filter((dim): dim is string => typeof dim === 'string');
  for (const name of part) {
    if (typeof name !== 'string') continue;
    const at = names.indexOf(name);
    if (at < 0) return null;
    names.splice(at, 1);
  }
  const product = (dims: Dims) => dims.reduce<number>((sum, dim) => (typeof dim === 'number' ? sum * dim : sum), 1);
  const number = product(whole) / product(part);
  if (names.length === 0) return size(number);
  return names.length === 1 && number === 1 ? (names[0] as string) : null;
}
