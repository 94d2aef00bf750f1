import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { broadcast, type Dims } from './dims.js';

/** Shape of `Einsum` by its equation, as 'bij,bjk->bik'; dots stand for axes that are broadcast. */
export function einsum(view: NodeView): Dims | undefined {
  const equation = view.string('equation', '').replaceAll(' ', '');
  const [left = '', right] = equation.split('->');
  const terms = left.split(',');
  if (terms.length !== view.inputs.length) return undefined;
  const sizes = new Map<string, Dim>();
  const dots: Dims[] = [];
  for (const [i, term] of terms.entries()) {
    const dims = view.dims(i);
    if (!dims) return undefined;
    const [before = '', after] = term.split('...');
    const letters = [...before, ...(after ?? '')];
    if (after === undefined ? dims.length !== letters.length : dims.length < letters.length) return undefined;
    if (after !== undefined) dots.push(dims.slice(before.length, dims.length - after.length));
    const named =
      after === undefined ? dims : [...dims.slice(0, before.length), ...dims.slice(dims.length - after.length)];
    for (const [at, letter] of letters.entries()) note(sizes, letter, named[at] ?? null);
  }
  const inner = broadcast(dots);
  if (!inner) return undefined;
  // Without a right side: the dots, then letters that occur once, in the order of the alphabet.
  const once = () => [...sizes.keys()].sort().filter((letter) => left.split(letter).length === 2);
  const result = right ?? `${left.includes('...') ? '...' : ''}${once().join('')}`;
  const [before = '', after] = result.split('...');
  const of = (letters: string) => [...letters].map((letter) => sizes.get(letter) ?? null);
  return after === undefined ? of(before) : [...of(before), ...inner, ...of(after)];
}

/** An axis of size 1 stretches to what others have under the same letter. */
function note(sizes: Map<string, Dim>, letter: string, size: Dim): void {
  const known = sizes.get(letter);
  if (known === undefined || known === 1) sizes.set(letter, size);
  else if (typeof known !== 'number' && known !== size && size !== 1) {
    sizes.set(letter, typeof size === 'number' ? size : null);
  }
}
