import { argumentError } from '../../errors.js';
import { objectOption, stringOption } from '../../options.js';
import { copyMessage } from '../file/copy-message.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/**
 * Gives values (inputs and outputs of the model, weights, what lies between) and nodes of a model's graph other names: old
 * name to new one. A name that a value has means the value, and the node only if no value has it. Two may swap names.
 * Changes the model in place.
 *
 * Throws INVALID_ARGUMENT for names that nothing has, new names that are in use, and new names given twice.
 */
export function renameValues(model: Model, map: Readonly<Record<string, string>>): void {
  modelArgument(model);
  const entries = Object.entries(objectOption<Record<string, string>>('map', map));
  const { graph } = model;
  const values: [Value, string][] = [];
  const nodes: [Node, string][] = [];
  for (const [from, given] of entries) {
    const to = stringOption(`map['${from}']`, given);
    const value = graph.find(from);
    const node = value ? undefined : graph.nodes.find(({ name }) => name === from);
    if (value) values.push([value, to]);
    else if (node) nodes.push([node, to]);
    else throw argumentError('map', "names of values and nodes of the model's graph", from);
  }
  refuseTaken(model, values, nodes);
  // By way of names that nobody has, so that two can swap.
  const old = new Map(values.map(([value]) => [value, value.name]));
  for (const [value] of values) graph.rename(value, model.names.unique(`${value.name}_renamed`));
  for (const [value, to] of values) graph.rename(value, to);
  for (const [node, to] of nodes) {
    node.name = to;
    model.names.takeNode(to);
  }
  renameAnnotations(model, new Map(values.map(([value, to]) => [old.get(value) ?? '', to])));
}

function refuseTaken(model: Model, values: readonly [Value, string][], nodes: readonly [Node, string][]): void {
  const renamed = new Set<Value | Node>([...values, ...nodes].map(([one]) => one));
  const taken = new Set<string>();
  for (const graph of model.graph.withSubgraphs()) {
    for (const value of graph.values) if (!renamed.has(value)) taken.add(value.name);
  }
  const takenByNodes = new Set([...model.nodes()].filter((node) => !renamed.has(node)).map(({ name }) => name));
  for (const [list, names] of [[values, taken] as const, [nodes, takenByNodes] as const]) {
    for (const [one, to] of list) {
      if (names.has(to)) throw argumentError(`map['${one.name}']`, 'a name that nothing else has', to);
      names.add(to);
    }
  }
}

/** Quantisation annotations name tensors. Copies of the model may share them. */
function renameAnnotations({ graph }: Model, names: ReadonlyMap<string, string>): void {
  const { proto } = graph;
  if (!proto?.quantizationAnnotation.length) return;
  const renamed = (name: string) => names.get(name) ?? name;
  const quantizationAnnotation = proto.quantizationAnnotation.map((annotation) =>
    copyMessage(annotation, {
      tensorName: renamed(annotation.tensorName),
      quantParameterTensorNames: annotation.quantParameterTensorNames.map((entry) =>
        copyMessage(entry, { value: renamed(entry.value) }),
      ),
    }),
  );
  graph.proto = copyMessage(proto, { quantizationAnnotation });
}
