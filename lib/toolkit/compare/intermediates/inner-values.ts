import { argumentError } from '../../../errors.js';
import { Pauses } from '../../../onnx/file/pauses.js';
import type { Model } from '../../../onnx/graph/model.js';
import type { Node } from '../../../onnx/graph/node.js';
import type { Value } from '../../../onnx/graph/value.js';

/** A value that a node of each model produces. */
export interface InnerValue {
  /** Place of its node in a, in topological order. */
  readonly index: number;
  readonly value: Value;
  readonly nameInB: string;
  readonly node: Node;
}

/** What can be compared, and what cannot with the reason. */
export interface InnerValues {
  readonly values: InnerValue[];
  readonly skipped: Map<string, string>;
}

/**
 * The values of the main graphs that both models compute, in topological order of a.
 *
 * @param which names of a's values, or every so manieth
 * @param names names in b of values that have another name there
 * @throws NodeTensorRTError INVALID_ARGUMENT: a name that a model does not have
 */
export async function innerValues(
  a: Model,
  b: Model,
  which: readonly string[] | number,
  names: ReadonlyMap<string, string>,
): Promise<InnerValues> {
  checkNames(a, b, names);
  const wanted = typeof which === 'number' ? undefined : new Set(which);
  const skipped = new Map<string, string>();
  const values: InnerValue[] = [];
  const pauses = new Pauses();
  const inB = producedBy(b);
  let index = -1;
  for (const node of a.graph.nodes) {
    index++;
    if (pauses.due) await pauses.take();
    if (node.is('Constant')) continue;
    for (const value of node.outputs) {
      if (!value || (wanted && !wanted.has(value.name))) continue;
      const nameInB = names.get(value.name) ?? value.name;
      const other = inB.get(nameInB);
      if (!other) {
        if (wanted) throw unknown('b', nameInB);
        skipped.set(value.name, 'b computes no value of this name');
      } else if (value.type?.kind === 'other' || other.type?.kind === 'other') {
        skipped.set(value.name, 'it is no tensor');
      } else {
        values.push({ index, value, nameInB, node });
      }
      wanted?.delete(value.name);
    }
  }
  for (const name of wanted ?? []) if (!skipped.has(name)) throw unknown('a', name);
  // Every so manieth, counted so that the last one, which is what comes out, is among them.
  const step = typeof which === 'number' ? which : 1;
  return { values: values.filter((_, i) => (values.length - 1 - i) % step === 0), skipped };
}

function producedBy(model: Model): Map<string, Value> {
  const found = new Map<string, Value>();
  for (const node of model.graph.nodes) {
    if (node.is('Constant')) continue;
    for (const output of node.outputs) if (output) found.set(output.name, output);
  }
  return found;
}

function checkNames(a: Model, b: Model, names: ReadonlyMap<string, string>): void {
  for (const [name, nameInB] of names) {
    if (!a.graph.find(name)) throw unknown('a', name, 'options.names');
    if (!b.graph.find(nameInB)) throw unknown('b', nameInB, `options.names.${name}`);
  }
}

function unknown(model: string, name: string, option = 'options.intermediates') {
  const expected = `the name of a value that a node of ${model} computes`;
  return argumentError(option, expected, name, 'INVALID_ARGUMENT', { model, value: name });
}
