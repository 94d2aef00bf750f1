import { argumentError } from '../../errors.js';
import type { Runner } from '../../onnx/runner.js';
import type { OutputPair } from './output-record.js';
import type { Tolerance } from './tolerances.js';

/** The outputs that are compared, and those that only one model has. */
export interface PairedOutputs {
  readonly pairs: OutputPair[];
  readonly onlyInA: string[];
  readonly onlyInB: string[];
}

/**
 * Matches outputs by name, or by the map of renamed ones.
 * @throws NodeTensorRTError INVALID_ARGUMENT: a name that a model does not have, or no output in common
 */
export function pairOutputs(a: Runner, b: Runner, renamed: ReadonlyMap<string, string>): PairedOutputs {
  for (const [name, nameInB] of renamed) {
    if (!find(a, name)) throw unknownOutput('options.outputs', a, name);
    if (!find(b, nameInB)) throw unknownOutput(`options.outputs.${name}`, b, nameInB);
  }
  const taken = new Set(renamed.values());
  const pairs: OutputPair[] = [];
  const onlyInA: string[] = [];
  for (const { name, type } of a.outputs) {
    const nameInB = renamed.get(name) ?? name;
    const isTaken = !renamed.has(name) && taken.has(name);
    const other = isTaken ? undefined : find(b, nameInB);
    if (other) pairs.push({ name, nameInB, aType: type, bType: other.type });
    else onlyInA.push(name);
  }
  const inB = new Set(pairs.map(({ nameInB }) => nameInB));
  const onlyInB = b.outputs.map(({ name }) => name).filter((name) => !inB.has(name));
  if (pairs.length > 0) return { pairs, onlyInA, onlyInB };
  const expected = `names for the outputs of b (${list(onlyInB)}) by those of a (${list(onlyInA)}), which have no name in common`;
  throw argumentError('options.outputs', expected, 'none');
}

/** Throws INVALID_ARGUMENT where a tolerance is for an output that is not compared. */
export function checkToleranceNames(tolerances: Record<string, Tolerance>, pairs: readonly OutputPair[]): void {
  for (const name of Object.keys(tolerances)) {
    if (name === '*' || pairs.some((pair) => pair.name === name)) continue;
    const expected = `the name of an output of both models: ${list(pairs.map((pair) => pair.name))}`;
    throw argumentError('options.tolerances', expected, name, 'INVALID_ARGUMENT', { output: name });
  }
}

function find(model: Runner, name: string) {
  return model.outputs.find((output) => output.name === name);
}

function unknownOutput(option: string, model: Runner, name: string) {
  const names = model.outputs.map((output) => output.name);
  return argumentError(option, `the name of an output: ${list(names)}`, name, 'INVALID_ARGUMENT', { output: name });
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `'${name}'`);
  return names.length > 20 ? `${shown.join(', ')} and ${names.length - 20} more` : shown.join(', ');
}
