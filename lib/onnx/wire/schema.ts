import type { DescMessage } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProtoSchema } from '../proto/onnx_pb.js';

/** A message of ONNX's schema that a tensor may lie in, at whatever depth: which of its fields lead there. */
export interface TensorPath {
  readonly isTensor: boolean;
  readonly name: string;
  readonly fields: ReadonlyMap<number, TensorPath>;
}

/** Read off the schema, so that a new place for tensors is found by itself. */
function tensorPaths(): ReadonlyMap<string, TensorPath> {
  const messages = new Map<string, DescMessage>();
  const collect = (desc: DescMessage) => {
    if (messages.has(desc.typeName)) return;
    messages.set(desc.typeName, desc);
    for (const field of desc.fields) if (field.message) collect(field.message);
  };
  collect(ModelProtoSchema);
  const leads = new Set<string>([TensorProtoSchema.typeName]);
  for (let size = 0; size < leads.size; ) {
    size = leads.size;
    for (const [name, desc] of messages) {
      if (desc.fields.some(({ message }) => message && leads.has(message.typeName))) leads.add(name);
    }
  }
  const paths = new Map<string, { isTensor: boolean; name: string; fields: Map<number, TensorPath> }>();
  for (const name of leads) paths.set(name, { isTensor: name === TensorProtoSchema.typeName, name, fields: new Map() });
  for (const [name, path] of paths) {
    for (const { number, message } of messages.get(name)?.fields ?? []) {
      const inner = message && paths.get(message.typeName);
      if (inner) path.fields.set(number, inner);
    }
  }
  return paths;
}

const paths = tensorPaths();

/** The path of a message that tensors may lie in. */
export function tensorPath(desc: DescMessage): TensorPath {
  const path = paths.get(desc.typeName);
  if (path === undefined) throw new Error(`no tensor lies in ${desc.typeName}`);
  return path;
}

/**
 * The fields of TensorProto that hold many bytes: raw_data, and packed numbers. Their numbers, with the bytes of one
 * number where it is of a fixed size (0: varints).
 */
export const payloadFields: ReadonlyMap<number, { readonly name: string; readonly bytes: number }> = new Map([
  [TensorProtoSchema.field.rawData.number, { name: 'rawData', bytes: 1 }],
  [TensorProtoSchema.field.floatData.number, { name: 'floatData', bytes: 4 }],
  [TensorProtoSchema.field.doubleData.number, { name: 'doubleData', bytes: 8 }],
  [TensorProtoSchema.field.int32Data.number, { name: 'int32Data', bytes: 0 }],
  [TensorProtoSchema.field.int64Data.number, { name: 'int64Data', bytes: 0 }],
  [TensorProtoSchema.field.uint64Data.number, { name: 'uint64Data', bytes: 0 }],
]);

export const RAW_DATA = TensorProtoSchema.field.rawData.number;

/**
 * Number of the field that stands for a payload in a message that was split off its payloads: its content is the number
 * of the payload, as a varint. The highest that protobuf allows; no schema has it.
 */
export const PLACEHOLDER = 0x1fffffff;
