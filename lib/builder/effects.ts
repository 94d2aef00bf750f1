import { NodeTensorRTError } from '../errors.js';
import { type Backend, backendTitles } from './backend.js';
import { optionTable } from './option-table.js';
import type { BuildTuning } from './tuning.js';

/** An option that is given and changes nothing. */
export interface IgnoredOption {
  readonly option: string;
  readonly reason: string;
}

/** Values of options that say what is so anyway. */
const OFF: readonly unknown[] = [false, 'none', 'sameAsBuild'];

/** The options that the flavour uses, and those that it does not. Throws UNSUPPORTED for one that it refuses. */
export function optionsInForce(
  tuning: BuildTuning,
  backend: Backend,
): { inForce: BuildTuning; ignored: readonly IgnoredOption[] } {
  const inForce: Record<string, unknown> = {};
  const ignored: IgnoredOption[] = [];
  for (const [name, value] of Object.entries(tuning) as [keyof BuildTuning, unknown][]) {
    // What is off is not asked for.
    if (value === undefined || OFF.includes(value)) continue;
    const { effect, note } = optionTable[name];
    if (effect[backend] === 'used') inForce[name] = value;
    const reason = `${backendTitles[backend]} makes no use of it${note ? `: ${note}` : ''}`;
    if (effect[backend] === 'no effect') ignored.push({ option: name, reason });
    if (effect[backend] === 'UNSUPPORTED') {
      throw new NodeTensorRTError('UNSUPPORTED', `options.${name}: ${reason}`, { option: `options.${name}`, backend });
    }
  }
  return { inForce, ignored };
}
