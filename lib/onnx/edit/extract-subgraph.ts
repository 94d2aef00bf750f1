import { argumentError, NodeTensorRTError } from '../../errors.js';
import { knownKeys, objectOption, stringOption } from '../../options.js';
import { cloneModel } from '../graph/clone.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Value } from '../graph/value.js';
import { inferShapes } from '../infer/infer-shapes.js';
import { removeDead, removeUnusedNodes } from '../passes/remove-dead.js';

/** What `extractSubgraph` cuts out: names of values of the model's graph. */
export interface Extraction {
  /** Values that become the inputs, in this order. */
  inputs: readonly string[];
  /** Values that become the outputs, in this order. At least one. */
  outputs: readonly string[];
}

/**
 * A model of the nodes that lie between values of another one. Weights come along, types and shapes of the cut values are
 * inferred. The given model stays as it is.
 *
 * Throws INVALID_ARGUMENT for names that are not values of the graph, where an output is also an input, where outputs need
 * more inputs than are named (the message names them), and for values of unknown element type.
 */
export async function extractSubgraph(model: Model, extraction: Extraction): Promise<Model> {
  modelArgument(model);
  const { inputs, outputs } = extractionOption(extraction);
  const copy = cloneModel(model);
  await inferShapes(copy);
  const { graph } = copy;
  const starts = inputs.map((name) => named(graph, 'inputs', name));
  const ends = outputs.map((name) => named(graph, 'outputs', name));
  for (const value of ends) {
    if (starts.includes(value)) {
      throw argumentError('extraction.outputs', 'values that are not among the inputs', value.name);
    }
  }
  graph.setOutputs(ends);
  const before = graph.inputs.filter((value) => !starts.includes(value));
  for (const value of [...graph.inputs]) graph.removeInput(value);
  for (const value of starts) graph.addInput(cutOff(graph, value));
  for (const value of ends) requireType(value);
  await removeUnusedNodes(graph, () => true);
  await removeDead.run(copy);
  const missing = before.filter((value) => !value.isUnused && !value.initializer);
  if (missing.length > 0) {
    const names = missing.map(({ name }) => `'${name}'`).join(', ');
    throw argumentError('extraction.inputs', `all that the outputs need, ${names} among them`, inputs);
  }
  // Those with a default stay inputs where they are used.
  for (const value of before) if (!value.isUnused) graph.addInput(value);
  return copy;
}

function named(graph: Graph, option: string, name: string): Value {
  const value = graph.find(name);
  if (!value) throw argumentError(`extraction.${option}`, "names of values of the model's graph", name);
  return value;
}

/** A value under the same name that nothing makes. */
function cutOff(graph: Graph, value: Value): Value {
  requireType(value);
  if (!value.producer) {
    graph.setInitializer(value, undefined);
    return value;
  }
  const { name, type, info } = value;
  graph.rename(value, graph.names.unique(`${name}_before`));
  const input = graph.declareValue(name, type);
  input.info = info;
  value.replaceUses(input);
  return input;
}

function requireType(value: Value): void {
  if (value.type?.kind === 'other' || (value.elementType && value.elementType !== 'undefined')) return;
  const text = `extraction: the element type of '${value.name}' is not known; state it in the model, or cut elsewhere`;
  throw new NodeTensorRTError('INVALID_ARGUMENT', text);
}

function extractionOption(given: Extraction): Extraction {
  const extraction = objectOption<Extraction>('extraction', given);
  knownKeys('extraction', extraction, ['inputs', 'outputs']);
  const names = (option: 'inputs' | 'outputs') => {
    const list: unknown = extraction[option];
    if (!Array.isArray(list)) throw argumentError(`extraction.${option}`, 'an array of names', list);
    for (const name of list) stringOption(`extraction.${option}`, name);
    if (new Set(list).size !== list.length) throw argumentError(`extraction.${option}`, 'each name once', list);
    return list as string[];
  };
  const outputs = names('outputs');
  if (outputs.length === 0) throw argumentError('extraction.outputs', 'at least one name', outputs);
  return { inputs: names('inputs'), outputs };
}
