import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import type { Graph } from '../graph/graph.js';
import type { Model, ModelFunction } from '../graph/model.js';
import {
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  type OperatorSetIdProto,
  OperatorSetIdProtoSchema,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../proto/onnx_pb.js';
import { readField } from '../wire/fields.js';
import { tensorPath } from '../wire/schema.js';
import { copyMessage } from './copy-message.js';
import { Encoder, type Placing } from './encode.js';
import { Pauses } from './pauses.js';
import { fieldRope, join, type Rope, rope } from './rope.js';
import type { Cut } from './split.js';

/** A field of a message that is put together: its number, and tag and content. */
interface Piece {
  readonly number: number;
  readonly content: Rope;
}

/**
 * What a model is as a file. Payloads are not read: they are parts of the rope. Loaded by `writeModel` when it is first
 * needed, since it brings protobuf along.
 */
export async function serialize(model: Model, place?: Placing): Promise<Rope> {
  const encoder = new Encoder(place);
  const pieces = fieldsOf(ModelProtoSchema, modelMessage(model), model.cuts);
  const fields = ModelProtoSchema.field;
  pieces.push({
    number: fields.graph.number,
    content: fieldRope(fields.graph.number, await graphRope(encoder, model.graph)),
  });
  for (const entry of model.functions) {
    const bytes = toBinary(FunctionProtoSchema, functionMessage(encoder, entry));
    const content = join(bytes, tensorPath(FunctionProtoSchema), encoder.cuts);
    pieces.push({ number: fields.functions.number, content: fieldRope(fields.functions.number, content) });
  }
  return inOrder(pieces);
}

function modelMessage(model: Model): MessageShape<typeof ModelProtoSchema> {
  const proto = model.proto ? copyMessage(model.proto) : create(ModelProtoSchema, { producerName: 'node-tensorrt' });
  if (proto.irVersion !== BigInt(model.irVersion)) proto.irVersion = BigInt(model.irVersion);
  proto.opsetImport = imports(model.opsets, proto.opsetImport);
  const props = new Map(proto.metadataProps.map((entry) => [entry.key, entry]));
  proto.metadataProps = [...model.metadata].map(([key, value]) => {
    const entry = props.get(key);
    return entry?.value === value ? entry : create(StringStringEntryProtoSchema, { key, value });
  });
  return proto;
}

function functionMessage(encoder: Encoder, entry: ModelFunction): MessageShape<typeof FunctionProtoSchema> {
  const { domain, name, overload, body } = entry;
  const proto = entry.proto ? copyMessage(entry.proto) : create(FunctionProtoSchema, { domain, name, overload });
  proto.input = body.inputs.map((value) => value.name);
  proto.output = body.outputs.map((value) => value.name);
  proto.node = body.nodes.map((node) => encoder.node(node));
  proto.attribute = [...entry.attributes];
  proto.attributeProto = [...entry.defaults].map(([key, value]) => encoder.attribute(key, value));
  proto.opsetImport = imports(entry.opsets, proto.opsetImport);
  return proto;
}

/** Versions of operator sets; what the file said beside them stays, such as which of its two names ONNX's own has. */
function imports(opsets: ReadonlyMap<string, number>, before: readonly OperatorSetIdProto[]): OperatorSetIdProto[] {
  const known = new Map(before.map((entry) => [entry.domain === 'ai.onnx' ? '' : entry.domain, entry]));
  return [...opsets].map(([domain, number]) => {
    const entry = known.get(domain);
    const version = BigInt(number);
    if (entry) return entry.version === version ? entry : copyMessage(entry, { version });
    return create(OperatorSetIdProtoSchema, { domain, version });
  });
}

/** Node by node, so that no step takes long. */
async function graphRope(encoder: Encoder, graph: Graph): Promise<Rope> {
  const pauses = new Pauses();
  const fields = GraphProtoSchema.field;
  const pieces: Piece[] = [];
  const add = async (number: number, content: Rope) => {
    pieces.push({ number, content: fieldRope(number, content) });
    if (pauses.due) await pauses.take();
  };
  const encode = <D extends DescMessage>(schema: D, message: MessageShape<D>): Rope => {
    const before = encoder.cuts.length;
    const bytes = toBinary(schema, message);
    return before === 0 && encoder.cuts.length === 0 ? rope([bytes]) : join(bytes, tensorPath(schema), encoder.cuts);
  };
  for (const node of graph.nodes) await add(fields.node.number, encode(NodeProtoSchema, encoder.node(node)));
  for (const [value, tensor] of encoder.initializers(graph)) {
    await add(fields.initializer.number, encode(TensorProtoSchema, encoder.tensor(tensor, value.name, true)));
  }
  for (const [value, tensor] of graph.sparse) {
    const message = encoder.sparse(tensor, value.name);
    await add(fields.sparseInitializer.number, encode(SparseTensorProtoSchema, message));
  }
  const rest = encoder.graphRest(graph);
  const described = { input: rest.input, output: rest.output, valueInfo: rest.valueInfo };
  for (const [key, list] of Object.entries(described) as [keyof typeof described, typeof rest.input][]) {
    for (const info of list) await add(fields[key].number, rope([toBinary(ValueInfoProtoSchema, info)]));
    rest[key] = [];
  }
  pieces.push(...fieldsOf(GraphProtoSchema, rest, []));
  return inOrder(pieces);
}

/** The fields of a message one by one. */
function fieldsOf<D extends DescMessage>(schema: D, message: MessageShape<D>, cuts: readonly Cut[]): Piece[] {
  const bytes = toBinary(schema, message);
  const pieces: Piece[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const field = readField(bytes, at, bytes.byteLength);
    if (field === undefined) throw new Error(`a ${schema.name} that was written cannot be read`);
    const { number, start, end } = field;
    const inner = tensorPath(schema).fields.get(number);
    const content = inner
      ? fieldRope(number, join(bytes.subarray(start, end), inner, cuts))
      : rope([bytes.subarray(at, end)]);
    pieces.push({ number, content });
    at = end;
  }
  return pieces;
}

/** Known fields in the order of their numbers, as protobuf libraries write them. */
function inOrder(pieces: Piece[]): Rope {
  pieces.sort((a, b) => a.number - b.number);
  return rope(pieces.map(({ content }) => content));
}
