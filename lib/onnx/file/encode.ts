import { create } from '@bufbuild/protobuf';
import type { Attribute, SparseTensor } from '../graph/attribute.js';
import { elementCode } from '../graph/element-types.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Payload } from '../graph/payload.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { ValueType } from '../graph/value-type.js';
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  GraphProtoSchema,
  AttributeProto_AttributeType as Kind,
  type NodeProto,
  NodeProtoSchema,
  type SparseTensorProto,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  type TypeProto,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.js';
import { varintBytes } from '../wire/fields.js';
import { PLACEHOLDER, RAW_DATA } from '../wire/schema.js';
import { copyMessage } from './copy-message.js';
import { type Cut, INLINE_BYTES } from './split.js';

/** Entries of `external_data` for a tensor that goes to a file beside the model; undefined: it goes into the model. */
export type Placing = (
  tensor: Tensor,
  isInitializer: boolean,
) => readonly { readonly key: string; readonly value: string }[] | undefined;

/** Makes of graphs what protobuf writes. Large payloads become cuts, as a `Splitter` makes them. */
export class Encoder {
  readonly cuts: Cut[] = [];

  constructor(readonly place: Placing = () => undefined) {}

  /** A graph without the parts that are most of it; see `nodes` and `tensor`. */
  graphRest(graph: Graph): GraphProto {
    const proto = graph.proto ? copyMessage(graph.proto) : create(GraphProtoSchema);
    setText(proto, 'name', graph.name);
    proto.input = graph.inputs.map((value) => this.valueInfo(value));
    proto.output = graph.outputs.map((value) => this.valueInfo(value));
    proto.valueInfo = [...graph.valueInfo].map((value) => this.valueInfo(value));
    return proto;
  }

  graph(graph: Graph): GraphProto {
    const proto = this.graphRest(graph);
    proto.node = graph.nodes.map((node) => this.node(node));
    proto.initializer = this.initializers(graph).map(([value, tensor]) => this.tensor(tensor, value.name, true));
    proto.sparseInitializer = [...graph.sparse.entries()].map(([value, tensor]) => this.sparse(tensor, value.name));
    return proto;
  }

  initializers(graph: Graph): [Value, Tensor][] {
    return graph.initializers.flatMap((value): [Value, Tensor][] =>
      value.initializer ? [[value, value.initializer]] : [],
    );
  }

  node(node: Node): NodeProto {
    const proto = node.proto ? copyMessage(node.proto) : create(NodeProtoSchema);
    proto.input = node.inputs.map((value) => value?.name ?? '');
    proto.output = node.outputs.map((value) => value?.name ?? '');
    setText(proto, 'name', node.name);
    setText(proto, 'opType', node.opType);
    if (node.domain !== '' || proto.domain !== 'ai.onnx') setText(proto, 'domain', node.domain);
    setText(proto, 'overload', node.overload);
    proto.attribute = [...node.attributes].map(([name, value]) => this.attribute(name, value));
    return proto;
  }

  attribute(name: string, attribute: Attribute): AttributeProto {
    const base = attribute.proto;
    const kind = kindOf(attribute);
    const isSameKind = base !== undefined && (base.type === kind || base.type === Kind.UNDEFINED);
    // What belongs to a value of another kind goes; documentation stays.
    const proto = isSameKind
      ? copyMessage(base)
      : create(AttributeProtoSchema, base?.docString ? { docString: base.docString } : {});
    setText(proto, 'name', name);
    if (!isSameKind) proto.type = kind;
    switch (attribute.type) {
      case 'float':
        proto.f = attribute.value;
        break;
      case 'int':
        proto.i = attribute.value;
        break;
      case 'string':
        proto.s = attribute.value as Uint8Array<ArrayBuffer>;
        break;
      case 'floats':
        proto.floats = [...attribute.value];
        break;
      case 'ints':
        proto.ints = [...attribute.value];
        break;
      case 'strings':
        proto.strings = [...attribute.value] as Uint8Array<ArrayBuffer>[];
        break;
      case 'tensor':
        proto.t = this.tensor(attribute.value, undefined, false);
        break;
      case 'graph':
        proto.g = this.graph(attribute.value);
        break;
      case 'sparseTensor':
        proto.sparseTensor = this.sparse(attribute.value, undefined);
        break;
      case 'type':
        proto.tp = attribute.value;
        break;
      case 'tensors':
        proto.tensors = attribute.value.map((tensor) => this.tensor(tensor, undefined, false));
        break;
      case 'graphs':
        proto.graphs = attribute.value.map((graph) => this.graph(graph));
        break;
      case 'sparseTensors':
        proto.sparseTensors = attribute.value.map((tensor) => this.sparse(tensor, undefined));
        break;
      case 'types':
        proto.typeProtos = [...attribute.value];
        break;
      case 'reference':
        proto.refAttrName = attribute.value;
        break;
    }
    return proto;
  }

  /** `name` undefined: the one that it has. */
  tensor(tensor: Tensor, name: string | undefined, isInitializer: boolean): TensorProto {
    const proto = tensor.proto
      ? copyMessage(tensor.proto)
      : create(TensorProtoSchema, { dataType: elementCode(tensor.elementType) });
    if (name !== undefined) setText(proto, 'name', name);
    proto.dims = tensor.dims.map(BigInt);
    if (tensor.strings) {
      proto.stringData = [...tensor.strings] as Uint8Array<ArrayBuffer>[];
      return proto;
    }
    const placed = this.place(tensor, isInitializer);
    if (placed) return external(proto, placed);
    const { payload } = tensor;
    const stored = payload.stored;
    const wasCut = removePlaceholder(proto);
    if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) {
      proto.externalData = [];
      delete (proto as Partial<TensorProto>).dataLocation;
      this.#put(proto, RAW_DATA, payload);
    } else if (stored?.kind === 'typed') {
      this.#cut(proto, stored.field, stored.packed);
    } else if (wasCut || !tensor.proto) {
      this.#put(proto, RAW_DATA, payload);
    }
    // Otherwise the message has its data in it, as it came.
    return proto;
  }

  sparse({ values, indices, dims, proto: base }: SparseTensor, name: string | undefined): SparseTensorProto {
    const proto = base ? copyMessage(base) : create(SparseTensorProtoSchema);
    proto.dims = dims.map(BigInt);
    if (values) proto.values = this.tensor(values, name, false);
    if (indices) proto.indices = this.tensor(indices, undefined, false);
    return proto;
  }

  valueInfo(value: Value): ValueInfoProto {
    const proto = value.info ? copyMessage(value.info) : create(ValueInfoProtoSchema);
    setText(proto, 'name', value.name);
    if (value.type) proto.type = encodeType(value.type);
    return proto;
  }

  #put(proto: TensorProto, field: number, payload: Payload): void {
    if (payload.bytes && payload.byteLength < INLINE_BYTES) proto.rawData = payload.bytes as Uint8Array<ArrayBuffer>;
    else this.#cut(proto, field, payload);
  }

  #cut(proto: TensorProto, field: number, payload: Payload): void {
    const index = this.cuts.push({ field, payload }) - 1;
    const data = Uint8Array.from(varintBytes(index));
    proto.$unknown = [...(proto.$unknown ?? []), { no: PLACEHOLDER, wireType: 0, data }];
  }
}

/** Takes out what stands for a payload of the file that the tensor was read from. */
function removePlaceholder(proto: TensorProto): boolean {
  const kept = proto.$unknown?.filter(({ no }) => no !== PLACEHOLDER);
  if (kept?.length === proto.$unknown?.length) return false;
  if (kept && kept.length > 0) proto.$unknown = kept;
  else delete proto.$unknown;
  return true;
}

function external(proto: TensorProto, entries: readonly { key: string; value: string }[]): TensorProto {
  removePlaceholder(proto);
  delete (proto as Partial<TensorProto>).rawData;
  for (const field of ['floatData', 'int32Data', 'int64Data', 'doubleData', 'uint64Data'] as const) proto[field] = [];
  proto.externalData = entries.map(({ key, value }) => create(StringStringEntryProtoSchema, { key, value }));
  proto.dataLocation = TensorProto_DataLocation.EXTERNAL;
  return proto;
}

/** The type of a value as a file says it. */
export function encodeType(type: ValueType): TypeProto {
  if (type.proto) return type.proto;
  // A type of another kind always has its message.
  if (type.kind !== 'tensor') return create(TypeProtoSchema);
  const tensor = create(TypeProto_TensorSchema, { elemType: elementCode(type.elementType) });
  if (type.dims) {
    const dim = type.dims.map((size) =>
      create(TensorShapeProto_DimensionSchema, {
        ...(typeof size === 'number' && { value: { case: 'dimValue' as const, value: BigInt(size) } }),
        ...(typeof size === 'string' && { value: { case: 'dimParam' as const, value: size } }),
      }),
    );
    tensor.shape = create(TensorShapeProtoSchema, { dim });
  }
  return create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } });
}

function kindOf(attribute: Attribute): Kind {
  switch (attribute.type) {
    case 'float':
      return Kind.FLOAT;
    case 'int':
      return Kind.INT;
    case 'string':
      return Kind.STRING;
    case 'tensor':
      return Kind.TENSOR;
    case 'graph':
      return Kind.GRAPH;
    case 'sparseTensor':
      return Kind.SPARSE_TENSOR;
    case 'type':
      return Kind.TYPE_PROTO;
    case 'floats':
      return Kind.FLOATS;
    case 'ints':
      return Kind.INTS;
    case 'strings':
      return Kind.STRINGS;
    case 'tensors':
      return Kind.TENSORS;
    case 'graphs':
      return Kind.GRAPHS;
    case 'sparseTensors':
      return Kind.SPARSE_TENSORS;
    case 'types':
      return Kind.TYPE_PROTOS;
    case 'reference':
      return attribute.code;
    case 'unknown':
      return attribute.proto?.type ?? Kind.UNDEFINED;
  }
}

/** Sets a text, unless it is what the message says already: '' is not written where nothing was. */
function setText<K extends string>(message: { [key in K]: string }, key: K, text: string): void {
  if (message[key] !== text) message[key] = text;
}
