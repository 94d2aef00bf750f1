import type { Attribute, SparseTensor } from '../graph/attribute.js';
import { elementTypeOf } from '../graph/element-types.js';
import { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { Dim, ValueType } from '../graph/value-type.js';
import type {
  AttributeProto,
  GraphProto,
  NodeProto,
  SparseTensorProto,
  TensorProto,
  TypeProto,
  ValueInfoProto,
} from '../proto/onnx_pb.js';
import { AttributeProto_AttributeType as Kind } from '../proto/onnx_pb.js';
import { copyMessage } from './copy-message.js';
import { decodeTensor, type PayloadSources } from './decode-tensor.js';
import { printable } from './external-location.js';
import { invalid } from './invalid.js';
import { Pauses } from './pauses.js';

/** As deep as graphs may lie in one another. */
const MAX_DEPTH = 30;

/** The parts of a graph as protobuf reads them. */
export interface GraphParts {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly sparse: readonly SparseTensorProto[];
  /** All else. */
  readonly rest: GraphProto;
}

/** Makes graphs of what protobuf read. */
export class Decoder {
  readonly #pauses = new Pauses();
  #nodes = 0;

  constructor(
    readonly sources: PayloadSources,
    readonly maxNodes: number,
  ) {}

  /** Fills an empty graph. Values of graphs around it are found through its parent. */
  async fillGraph(graph: Graph, parts: GraphParts, depth = 0): Promise<void> {
    if (depth > MAX_DEPTH) throw invalid('nested-too-deep', `the model nests graphs more than ${MAX_DEPTH} deep`);
    const { rest } = parts;
    graph.name = rest.name;
    for (const info of rest.input) graph.addInput(describe(declare(graph, info.name, 'input'), info));
    for (const proto of parts.initializers) {
      const value = ownValue(graph, proto.name, 'initializer');
      graph.setInitializer(value, await decodeTensor(proto, this.sources));
      if (this.#pauses.due) await this.#pauses.take();
    }
    for (const proto of parts.sparse) {
      const value = ownValue(graph, proto.values?.name ?? '', 'initializer');
      graph.setSparseInitializer(value, await this.sparseTensor(proto));
    }
    await this.fillNodes(graph, parts.nodes, depth);
    for (const info of rest.output) {
      graph.addOutput(describe(graph.find(info.name) ?? graph.declareValue(info.name), info));
    }
    describeValues(graph, rest.valueInfo);
    graph.proto = copyMessage(rest, {
      node: [],
      initializer: [],
      sparseInitializer: [],
      input: [],
      output: [],
      valueInfo: [],
    });
  }

  /** Nodes of a graph or function: first all values that they produce, then what they consume. */
  async fillNodes(graph: Graph, protos: readonly NodeProto[], depth: number): Promise<void> {
    this.#nodes += protos.length;
    if (this.#nodes > this.maxNodes) {
      throw invalid('too-many-nodes', `the model has more than ${this.maxNodes} nodes (limits.nodes)`);
    }
    const nodes: Node[] = [];
    for (const proto of protos) {
      const outputs = proto.output.map((name) => (name === '' ? undefined : declare(graph, name, 'output')));
      const node = graph.makeNode('', [], []);
      node.opType = proto.opType;
      node.domain = proto.domain === 'ai.onnx' ? '' : proto.domain;
      node.overload = proto.overload;
      node.name = proto.name;
      node.proto = proto;
      graph.names.takeNode(proto.name);
      node.setOutputs(outputs);
      graph.insert(node);
      nodes.push(node);
      if (this.#pauses.due) await this.#pauses.take();
    }
    for (const [i, proto] of protos.entries()) {
      const node = nodes[i] as Node;
      node.setInputs(
        proto.input.map((name) => (name === '' ? undefined : (graph.find(name) ?? graph.declareValue(name)))),
      );
      for (const attribute of proto.attribute) {
        if (node.attributes.has(attribute.name)) {
          const text = `${printable(node.label)} has two attributes '${printable(attribute.name)}'`;
          throw invalid('duplicate-attribute', text, { node: printable(node.name) });
        }
        node.attributes.set(attribute.name, await this.attribute(attribute, node, depth));
      }
      // The attributes are in the graph's own form now.
      node.proto = copyMessage(proto, { attribute: [], input: [], output: [] });
      if (this.#pauses.due) await this.#pauses.take();
    }
  }

  async attribute(proto: AttributeProto, node: Node | undefined, depth: number): Promise<Attribute> {
    const kept = copyMessage(proto);
    if (proto.refAttrName) return { type: 'reference', value: proto.refAttrName, code: proto.type, proto: kept };
    const kind = proto.type || guessKind(proto);
    switch (kind) {
      case Kind.FLOAT:
        return { type: 'float', value: proto.f, proto: kept };
      case Kind.INT:
        return { type: 'int', value: proto.i, proto: kept };
      case Kind.STRING:
        return { type: 'string', value: proto.s.slice(), proto: kept };
      case Kind.FLOATS:
        return { type: 'floats', value: proto.floats, proto: kept };
      case Kind.INTS:
        return { type: 'ints', value: proto.ints, proto: kept };
      case Kind.STRINGS:
        return { type: 'strings', value: proto.strings.map((bytes) => bytes.slice()), proto: kept };
      case Kind.TENSOR:
        if (!proto.t) break;
        delete kept.t;
        return { type: 'tensor', value: await decodeTensor(proto.t, this.sources), proto: kept };
      case Kind.GRAPH:
        if (!proto.g || !node) break;
        delete kept.g;
        return { type: 'graph', value: await this.#subgraph(proto.g, node, depth), proto: kept };
      case Kind.SPARSE_TENSOR:
        if (!proto.sparseTensor) break;
        delete kept.sparseTensor;
        return { type: 'sparseTensor', value: await this.sparseTensor(proto.sparseTensor), proto: kept };
      case Kind.TYPE_PROTO:
        if (!proto.tp) break;
        return { type: 'type', value: proto.tp, proto: kept };
      case Kind.TENSORS: {
        const value = [];
        for (const tensor of proto.tensors) value.push(await decodeTensor(tensor, this.sources));
        kept.tensors = [];
        return { type: 'tensors', value, proto: kept };
      }
      case Kind.GRAPHS: {
        if (!node) break;
        const value = [];
        for (const graph of proto.graphs) value.push(await this.#subgraph(graph, node, depth));
        kept.graphs = [];
        return { type: 'graphs', value, proto: kept };
      }
      case Kind.SPARSE_TENSORS: {
        const value = [];
        for (const tensor of proto.sparseTensors) value.push(await this.sparseTensor(tensor));
        kept.sparseTensors = [];
        return { type: 'sparseTensors', value, proto: kept };
      }
      case Kind.TYPE_PROTOS:
        return { type: 'types', value: proto.typeProtos, proto: kept };
    }
    return { type: 'unknown', value: undefined, proto: kept };
  }

  async #subgraph(proto: GraphProto, node: Node, depth: number): Promise<Graph> {
    const graph = new Graph(node.graph.names);
    graph.adopt(node);
    const parts = { nodes: proto.node, initializers: proto.initializer, sparse: proto.sparseInitializer, rest: proto };
    await this.fillGraph(graph, parts, depth + 1);
    return graph;
  }

  async sparseTensor(proto: SparseTensorProto): Promise<SparseTensor> {
    const { values, indices } = proto;
    const kept = copyMessage(proto);
    delete kept.values;
    delete kept.indices;
    return {
      values: values && (await decodeTensor(values, this.sources)),
      indices: indices && (await decodeTensor(indices, this.sources)),
      dims: proto.dims.map(sizeOf),
      proto: kept,
    };
  }
}

function sizeOf(dim: bigint): number {
  if (dim >= 0n && dim <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(dim);
  throw invalid('tensor-size', `a sparse tensor has the dimension ${dim}`);
}

/** Old files leave the kind out; then what is set tells it. */
function guessKind(proto: AttributeProto): Kind {
  if (proto.t) return Kind.TENSOR;
  if (proto.g) return Kind.GRAPH;
  if (proto.floats.length > 0) return Kind.FLOATS;
  if (proto.ints.length > 0) return Kind.INTS;
  if (proto.strings.length > 0) return Kind.STRINGS;
  if (Object.hasOwn(proto, 'f')) return Kind.FLOAT;
  if (Object.hasOwn(proto, 'i')) return Kind.INT;
  if (Object.hasOwn(proto, 's')) return Kind.STRING;
  return Kind.UNDEFINED;
}

function declare(graph: Graph, name: string, what: string): Value {
  if (name === '') throw invalid('no-name', `graph '${printable(graph.name)}' has an ${what} without a name`);
  return graph.declareValue(name);
}

/** An initialiser may be the default of an input. */
function ownValue(graph: Graph, name: string, what: string): Value {
  const value = graph.inputs.find((input) => input.name === name);
  if (value && !value.initializer) return value;
  return declare(graph, name, what);
}

function describe(value: Value, info: ValueInfoProto): Value {
  value.info = info;
  value.type = info.type && decodeType(info.type);
  return value;
}

function describeValues(graph: Graph, infos: readonly ValueInfoProto[]): void {
  for (const info of infos) {
    const known = graph.find(info.name);
    // Of a value that is in another graph, or nowhere: some exporters leave such behind.
    const value = known?.graph === graph ? known : graph.declareValue(info.name || graph.names.unique('unnamed'));
    if (!value.info) describe(value, info);
    graph.valueInfo.add(value);
  }
}

/** What a file says about the type of a value; undefined where it says nothing. */
export function decodeType(proto: TypeProto): ValueType | undefined {
  const { value } = proto;
  if (value.case === undefined) return undefined;
  if (value.case !== 'tensorType') return { kind: 'other', proto };
  const dims = value.value.shape?.dim.map(({ value: dim }): Dim => {
    if (dim.case === 'dimParam') return dim.value === '' ? null : dim.value;
    // Some exporters write -1 for what is not known.
    return dim.case === 'dimValue' && dim.value >= 0n && dim.value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(dim.value)
      : null;
  });
  return { kind: 'tensor', elementType: elementTypeOf(value.value.elemType) ?? 'undefined', dims, proto };
}
