import { formatBytes, formatCount } from '../../memory/format.js';
import type { Graph } from '../../onnx/graph/graph.js';
import type { Model } from '../../onnx/graph/model.js';
import type { Tensor } from '../../onnx/graph/tensor.js';
import type { Value } from '../../onnx/graph/value.js';
import type { Dim } from '../../onnx/graph/value-type.js';
import { inferShapes } from '../../onnx/infer/infer-shapes.js';
import { valueText } from '../diff-models.js';
import { inspectModel, type ModelDescription } from '../inspect-model.js';
import type { Fact } from '../plan/plan-facts.js';
import { arrange } from './arrange.js';
import { rawNode, rawTensor, rawValue } from './raw-node.js';
import type { PageSubject } from './subject.js';

/** What the page of an ONNX model shows. `model` is its own: shapes are put into it. */
export async function modelSubject(
  model: Model,
  name: string,
  inputDims: Readonly<Record<string, readonly Dim[]>>,
): Promise<PageSubject> {
  const description = await inspectModel(model);
  await inferShapes(model, { inputDims });
  const { graph } = model;
  const counted = new Set<Tensor>();
  const nodes = graph.nodes.map((node) => rawNode(node, counted));
  const inputs = graph.inputs.filter((value) => !value.initializer && !graph.sparse.has(value));
  const arranged = arrange(nodes, {
    inputs: inputs.map(rawValue),
    outputs: graph.outputs.map(rawValue),
    constants: constantsOf(graph),
  });
  const isKnown = arranged.layers.some(({ kind, outputBytes }) => kind === 'layer' && outputBytes !== null);
  const unknown = arranged.layers.filter(({ kind, outputBytes }) => kind === 'layer' && outputBytes === null).length;
  const inner = description.nodes - graph.nodes.length;
  return {
    kind: 'ONNX model',
    name,
    tiles: [
      {
        name: 'Nodes',
        value: formatCount(description.nodes),
        remark: inner > 0 ? `${formatCount(inner)} in subgraphs and functions` : 'in one graph',
      },
      { name: 'Operator set', value: String(model.opset), remark: description.producer || 'of ONNX' },
      { name: 'Constants', value: formatBytes(description.constants.bytes), remark: mostOf(description) },
      {
        name: 'Inputs',
        value: formatCount(inputs.length),
        remark: formatCount(graph.outputs.length) + (graph.outputs.length === 1 ? ' output' : ' outputs'),
      },
    ],
    facts: facts(description, inputs, graph.outputs),
    notes: [
      'Constants count at the first node that reads them, those of branches and loop bodies at the node that has them.',
      ...(unknown > 0
        ? [
            `Output sizes of ${formatCount(unknown)} nodes are not known: their shapes depend on open sizes of the inputs (--dims, options.inputDims).`,
          ]
        : []),
    ],
    weightsTitle: 'Constants',
    outputsTitle: isKnown ? 'Outputs' : undefined,
    graph: arranged,
  };
}

function constantsOf(graph: Graph) {
  const constants = new Map(
    graph.initializers.map(({ name, initializer }) => [name, rawTensor(name, initializer as Tensor)]),
  );
  for (const [{ name }, { values }] of graph.sparse) {
    if (values) constants.set(name, rawTensor(name, values));
  }
  return constants;
}

function mostOf({ constants: { byType } }: ModelDescription): string {
  const [first] = byType;
  return first ? `most of ${first.type}` : 'none';
}

function facts(model: ModelDescription, inputs: readonly Value[], outputs: readonly Value[]): Fact[] {
  const list = <T>(title: string, items: readonly T[], cells: (item: T) => readonly [string, string]): Fact[] =>
    items.map((item, i) => [i === 0 ? title : '', ...cells(item)]);
  return [
    ['graph', model.name || '(without name)', ''],
    ['made by', model.producer || '(does not say)', `IR version ${model.irVersion}`],
    ...list('operator sets', Object.entries(model.opsets), ([domain, version]) => [domain, String(version)]),
    ...list('inputs', inputs, (value) => [value.name, valueText(value)]),
    ...list('outputs', outputs, (value) => [value.name, valueText(value)]),
    ...list('operators', model.operators, ({ name, nodes }) => [name, formatCount(nodes)]),
    ...list('constants', model.constants.byType, ({ type, tensors, bytes }) => [
      type,
      `${formatCount(tensors)}, ${formatBytes(bytes)}`,
    ]),
    ...list('functions', model.functions, ({ name, nodes, calls }) => [
      name,
      `${formatCount(nodes)} nodes, called ${formatCount(calls)} times`,
    ]),
    ...list('external data', model.externalData, ({ location, tensors, bytes }) => [
      location,
      `${formatCount(tensors)}, ${formatBytes(bytes)}`,
    ]),
    ...list('metadata', Object.entries(model.metadata), ([key, value]) => [key, value]),
  ];
}
