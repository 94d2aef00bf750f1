import type { Attribute } from './attribute.js';
import { Graph } from './graph.js';
import { Model } from './model.js';
import { modelArgument } from './model-argument.js';
import type { Names } from './names.js';
import type { Node } from './node.js';
import type { Value } from './value.js';

/** A model that can be changed without changing `model`. Tensors, which never change, are shared. */
export function cloneModel(model: Model): Model {
  modelArgument(model);
  const copy = new Model();
  copy.irVersion = model.irVersion;
  for (const [domain, version] of model.opsets) copy.opsets.set(domain, version);
  for (const [key, value] of model.metadata) copy.metadata.set(key, value);
  copy.proto = model.proto;
  copy.cuts = model.cuts;
  fillGraph(copy.graph, model.graph, new Map());
  for (const entry of model.functions) {
    const body = new Graph(copy.names);
    fillGraph(body, entry.body, new Map());
    copy.functions.push({ ...entry, body, opsets: new Map(entry.opsets) });
  }
  return copy;
}

/** Copies `source` into an empty graph. `values` has the copies of values of the graphs around it. */
export function fillGraph(graph: Graph, source: Graph, values: Map<Value, Value>): void {
  graph.name = source.name;
  graph.proto = source.proto;
  for (const value of source.values) {
    const copy = graph.declareValue(value.name, value.type);
    copy.info = value.info;
    values.set(value, copy);
  }
  const of = (value: Value): Value => values.get(value) as Value;
  for (const value of source.inputs) graph.addInput(of(value));
  for (const value of source.initializers) graph.setInitializer(of(value), value.initializer);
  for (const [value, tensor] of source.sparse) graph.setSparseInitializer(of(value), tensor);
  for (const value of source.valueInfo) graph.valueInfo.add(of(value));
  // Outputs of all nodes are there before the first subgraph, which may use those of later nodes.
  for (const node of source.nodes) copyNode(graph, graph.names, node, values);
  for (const value of source.outputs) graph.addOutput(of(value));
}

function copyNode(graph: Graph, names: Names, node: Node, values: Map<Value, Value>): Node {
  const of = (value: Value | undefined) => value && values.get(value);
  const copy = graph.makeNode(node.opType, node.inputs.map(of), node.outputs.map(of), { domain: node.domain });
  copy.name = node.name;
  names.takeNode(node.name);
  copy.overload = node.overload;
  copy.proto = node.proto;
  for (const [name, attribute] of node.attributes) copy.attributes.set(name, copyAttribute(copy, attribute, values));
  graph.insert(copy);
  return copy;
}

function copyAttribute(node: Node, attribute: Attribute, values: Map<Value, Value>): Attribute {
  const inner = (source: Graph) => {
    const graph = new Graph(node.graph.names);
    graph.adopt(node);
    fillGraph(graph, source, values);
    return graph;
  };
  if (attribute.type === 'graph') return { ...attribute, value: inner(attribute.value) };
  if (attribute.type === 'graphs') return { ...attribute, value: attribute.value.map(inner) };
  return attribute;
}
