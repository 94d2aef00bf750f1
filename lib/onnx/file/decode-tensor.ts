import { type ElementType, elementTypeOf, elementTypes, rawByteLength } from '../graph/element-types.js';
import { arrayOver } from '../graph/numbers.js';
import { MemoryPayload, type Payload } from '../graph/payload.js';
import { Tensor } from '../graph/tensor.js';
import { type TensorProto, TensorProto_DataLocation } from '../proto/onnx_pb.js';
import { readVarint } from '../wire/fields.js';
import { PLACEHOLDER, RAW_DATA } from '../wire/schema.js';
import { copyMessage } from './copy-message.js';
import type { OpenSpan } from './external-files.js';
import { printable } from './external-location.js';
import { invalid } from './invalid.js';
import type { Cut } from './split.js';
import { typedPayload } from './typed-payload.js';

/** Where tensors find what is not in their message. */
export interface PayloadSources {
  readonly cuts: readonly Cut[];
  readonly external: OpenSpan;
}

/** A tensor of a model. Throws MODEL_INVALID where shape and data do not fit. */
export async function decodeTensor(proto: TensorProto, sources: PayloadSources): Promise<Tensor> {
  const name = printable(proto.name);
  const dims = proto.dims.map((dim) => {
    if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw invalid('tensor-size', `tensor '${name}' has the dimension ${dim}`, { tensor: name });
    }
    return Number(dim);
  });
  const count = dims.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count)) {
    throw invalid('tensor-size', `tensor '${name}' declares ${dims.join(' × ')} elements`, { tensor: name });
  }
  const type = elementTypeOf(proto.dataType) ?? 'undefined';
  if (type === 'string') {
    if (proto.stringData.length !== count) throw wrongSize(name, type, dims, `${proto.stringData.length} strings`);
    return new Tensor(type, dims, EMPTY, { proto, strings: proto.stringData });
  }
  const payload = await payloadOf(proto, type, count, sources);
  if (type !== 'undefined' && payload.byteLength !== rawByteLength(type, count)) {
    throw wrongSize(name, type, dims, `${payload.byteLength} bytes of data`);
  }
  // The message must not hold on to the piece of the file that it came in.
  const kept =
    proto.rawData.byteLength > 0 ? copyMessage(proto, { rawData: payload.bytes as Uint8Array<ArrayBuffer> }) : proto;
  return new Tensor(type, dims, payload, { proto: kept });
}

const EMPTY = new MemoryPayload(new Uint8Array());

async function payloadOf(
  proto: TensorProto,
  type: ElementType,
  count: number,
  sources: PayloadSources,
): Promise<Payload> {
  if (proto.dataLocation === TensorProto_DataLocation.EXTERNAL) return externalPayload(proto, type, count, sources);
  const placeholder = proto.$unknown?.find(({ no, wireType }) => no === PLACEHOLDER && wireType === 0);
  if (placeholder) {
    const cut = sources.cuts[readVarint(placeholder.data, 0, placeholder.data.byteLength)?.value ?? -1];
    if (cut === undefined)
      throw invalid('malformed', `tensor '${printable(proto.name)}' has a field that no schema has`);
    return cut.field === RAW_DATA ? cut.payload : typedPayload(type, count, cut.field, cut.payload);
  }
  // A copy: the bytes may be a view of a larger piece of the file.
  if (proto.rawData.byteLength > 0) return new MemoryPayload(proto.rawData.slice());
  return new MemoryPayload(typedBytes(proto, type, count));
}

/** Raw bytes of numbers in the typed fields. */
function typedBytes(proto: TensorProto, type: ElementType, count: number): Uint8Array {
  const numbers: readonly (number | bigint)[] = proto[elementTypes[type].field as 'floatData'];
  const isComplex = type === 'complex64' || type === 'complex128';
  const isPacked = elementTypes[type].bits < 8;
  const expected = isComplex ? count * 2 : isPacked ? rawByteLength(type, count) : count;
  if (numbers.length !== expected) {
    throw wrongSize(printable(proto.name), type, proto.dims.map(Number), `${numbers.length} numbers`);
  }
  const bytes = new Uint8Array(rawByteLength(type, count));
  const over = type === 'complex64' ? 'float32' : type === 'complex128' ? 'float64' : isPacked ? 'uint8' : type;
  const array = arrayOver(over, bytes);
  if (array instanceof BigInt64Array || array instanceof BigUint64Array) {
    for (let i = 0; i < expected; i++) array[i] = numbers[i] as bigint;
  } else if (array) {
    for (let i = 0; i < expected; i++) array[i] = Number(numbers[i]);
  }
  return bytes;
}

async function externalPayload(proto: TensorProto, type: ElementType, count: number, sources: PayloadSources) {
  const entries = proto.externalData.map(({ key, value }) => ({ key, value }));
  // Readers differ in which one they take.
  if (new Set(entries.map(({ key }) => key)).size < entries.length) {
    const what = `external data of tensor '${printable(proto.name)}' has an entry twice`;
    throw invalid('external-data-out-of-range', what, { tensor: printable(proto.name) });
  }
  const find = (key: string) => entries.find((entry) => entry.key === key)?.value;
  const name = printable(proto.name);
  const number = (key: string): number | undefined => {
    const text = find(key);
    if (text === undefined || text === '') return undefined;
    if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) {
      const what = `external data of tensor '${name}' has the ${key} '${printable(text)}', expected a whole number`;
      throw invalid('external-data-out-of-range', what, { tensor: name });
    }
    return Number(text);
  };
  const location = find('location');
  if (!location)
    throw invalid('external-data-missing', `tensor '${name}' does not say where its data is`, { tensor: name });
  const length = number('length') ?? (type === 'undefined' ? undefined : rawByteLength(type, count));
  const payload = await sources.external(location, number('offset') ?? 0, length, proto.name);
  return withStored(payload, entries);
}

function withStored(payload: Payload, entries: readonly { key: string; value: string }[]): Payload {
  return {
    byteLength: payload.byteLength,
    bytes: payload.bytes,
    stored: { kind: 'external', entries },
    read: payload.read.bind(payload),
    chunks: () => payload.chunks(),
  };
}

function wrongSize(name: string, type: string, dims: readonly number[], what: string) {
  return invalid('tensor-size', `tensor '${name}' is ${type} [${dims.join(', ')}], but has ${what}`, { tensor: name });
}
