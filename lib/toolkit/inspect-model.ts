import { Pauses } from '../onnx/file/pauses.js';
import { readModel } from '../onnx/file/read-model.js';
import { Model } from '../onnx/graph/model.js';
import type { Tensor } from '../onnx/graph/tensor.js';
import { constantPlaces } from '../onnx/lint/constant-places.js';
import { operatorName } from '../onnx/lint/context.js';
import type { ModelInput } from './open-model.js';

/** What a model's graph is made of. */
export interface ModelDescription {
  /** Version of ONNX's file format. */
  readonly irVersion: number;
  /** Program that made it, with its version; '' where the file does not say. */
  readonly producer: string;
  /** Name of the graph. */
  readonly name: string;
  /** Operator sets: domain ('ai.onnx' is ONNX's own) to version. */
  readonly opsets: Readonly<Record<string, number>>;
  /** Nodes of all graphs. */
  readonly nodes: number;
  /** Nodes by operator, most frequent first. Those of other domains have it before their name: 'com.microsoft.Gelu'. */
  readonly operators: readonly { readonly name: string; readonly nodes: number }[];
  readonly constants: {
    readonly initializers: number;
    readonly constantNodes: number;
    /** Of all together. */
    readonly bytes: number;
    /** By element type, largest first. */
    readonly byType: readonly { readonly type: string; readonly tensors: number; readonly bytes: number }[];
  };
  /** Branches and loop bodies, with the node that has them. */
  readonly subgraphs: readonly { readonly name: string; readonly node: string; readonly nodes: number }[];
  readonly functions: readonly { readonly name: string; readonly nodes: number; readonly calls: number }[];
  readonly externalData: readonly { readonly location: string; readonly tensors: number; readonly bytes: number }[];
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Describes a model's graph: operators, constants, operator sets, subgraphs, functions, external data. Nothing is run, and
 * no weights are read. `estimateModel` says what it would take to load. Throws MODEL_INVALID as `readModel`.
 */
export async function inspectModel(input: ModelInput): Promise<ModelDescription> {
  const model = input instanceof Model ? input : await readModel(input);
  const operators = await countOperators(model);
  const producer = `${model.proto?.producerName ?? ''} ${model.proto?.producerVersion ?? ''}`.trim();
  const subgraphs = [];
  let nodes = 0;
  for (const graph of model.graphs()) {
    nodes += graph.nodes.length;
    if (graph.parent) subgraphs.push({ name: graph.name, node: graph.parent.label, nodes: graph.nodes.length });
  }
  return {
    irVersion: model.irVersion,
    producer,
    name: model.graph.name,
    opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    nodes,
    operators: [...operators].map(([name, count]) => ({ name, nodes: count })).sort((a, b) => b.nodes - a.nodes),
    constants: countConstants(model, operators.get('Constant') ?? 0),
    subgraphs,
    functions: model.functions.map(({ domain, name, body }) => ({
      name: `${domain}.${name}`,
      nodes: body.nodes.length,
      calls: operators.get(operatorName({ domain, opType: name })) ?? 0,
    })),
    externalData: externalFiles(model),
    metadata: Object.fromEntries(model.metadata),
  };
}

/** Nodes of each operator, by name. */
export async function countOperators(model: Model): Promise<Map<string, number>> {
  const pauses = new Pauses();
  const counts = new Map<string, number>();
  for (const node of model.nodes()) {
    const name = operatorName(node);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (pauses.due) await pauses.take();
  }
  return new Map([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function countConstants(model: Model, constantNodes: number): ModelDescription['constants'] {
  const types = new Map<string, { tensors: number; bytes: number }>();
  let initializers = 0;
  for (const { tensor, node } of constantPlaces(model)) {
    if (!node) initializers++;
    const entry = types.get(tensor.elementType) ?? { tensors: 0, bytes: 0 };
    types.set(tensor.elementType, { tensors: entry.tensors + 1, bytes: entry.bytes + tensor.byteLength });
  }
  const byType = [...types].map(([type, entry]) => ({ type, ...entry })).sort((a, b) => b.bytes - a.bytes);
  return { initializers, constantNodes, bytes: byType.reduce((sum, { bytes }) => sum + bytes, 0), byType };
}

function externalFiles(model: Model): ModelDescription['externalData'] {
  const files = new Map<string, { tensors: number; bytes: number }>();
  for (const { tensor } of constantPlaces(model)) {
    const location = externalLocation(tensor);
    if (location === undefined) continue;
    const entry = files.get(location) ?? { tensors: 0, bytes: 0 };
    files.set(location, { tensors: entry.tensors + 1, bytes: entry.bytes + tensor.byteLength });
  }
  return [...files].map(([location, entry]) => ({ location, ...entry }));
}

function externalLocation({ payload: { stored } }: Tensor): string | undefined {
  if (stored?.kind !== 'external') return undefined;
  return stored.entries.find(({ key }) => key === 'location')?.value ?? '';
}
