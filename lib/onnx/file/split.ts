import type { Payload } from '../graph/payload.js';
import { bytesHead, type Field, readField, varintBytes, wireTypes } from '../wire/fields.js';
import { PLACEHOLDER, payloadFields, type TensorPath } from '../wire/schema.js';
import { invalid } from './invalid.js';
import type { ByteSource } from './source.js';

/** Payloads of at least this many bytes stay where they are. */
export const INLINE_BYTES = 16 * 1024;

/** Of one message without its payloads: more is no skeleton. */
const MAX_SKELETON_BYTES = 256 << 20;
/** Read at once. */
const WINDOW_BYTES = 64 * 1024;
/** A tag, and a length or a number. */
const MAX_HEAD_BYTES = 20;
/** As deep as protobuf libraries go. */
const MAX_DEPTH = 100;

/** A payload that was split off: the field that it was in, and where it is. */
export interface Cut {
  readonly field: number;
  readonly payload: Payload;
}

/**
 * Splits messages into a skeleton, which protobuf can parse, and the payloads of tensors, which stay in the file. A
 * tensor's large field becomes a `PLACEHOLDER` with the index of its cut.
 */
export class Splitter {
  /** What was split off, by the numbers in the placeholders. */
  readonly cuts: Cut[] = [];
  #skeletonBytes = 0;
  /** What was read last, so that small messages beside one another take one read. */
  #window: Uint8Array = new Uint8Array();
  #windowStart = 0;

  constructor(readonly source: ByteSource) {}

  /** The heads of the fields of a message that lies at these positions. Contents are not read. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end; ) {
      const to = Math.min(end, at + MAX_HEAD_BYTES);
      const bytes = this.#cached(at, to) ?? (await this.#load(at, to));
      const field = readField(bytes, 0, bytes.byteLength);
      if (field === undefined || at + field.end > end) throw cutShort(this.source.name);
      yield { ...field, head: at, start: at + field.start, end: at + field.end };
      at += field.end;
    }
  }

  /** The skeleton of a message that lies at these positions. */
  async split(start: number, end: number, path: TensorPath | undefined, depth = 0): Promise<Uint8Array> {
    if (path === undefined || end - start < INLINE_BYTES) return this.#take(start, end);
    if (depth > MAX_DEPTH)
      throw invalid('nested-too-deep', `${this.source.name} nests messages more than ${MAX_DEPTH} deep`);
    const parts: Uint8Array[] = [];
    let taken = start;
    for await (const field of this.fields(start, end)) {
      if (field.wireType !== wireTypes.bytes || field.end - field.start < INLINE_BYTES) continue;
      const inner = path.fields.get(field.number);
      const isPayload = path.isTensor && payloadFields.has(field.number);
      if (!inner && !isPayload) continue;
      if (field.head > taken) parts.push(await this.#take(taken, field.head));
      taken = field.end;
      if (isPayload) {
        parts.push(this.#cut(field));
      } else {
        const content = await this.split(field.start, field.end, inner, depth + 1);
        parts.push(bytesHead(field.number, content.byteLength), content);
      }
    }
    if (end > taken) parts.push(await this.#take(taken, end));
    return concat(parts);
  }

  /** The skeleton of a field, its head included. */
  async splitField({ number, head, start, end }: Field, path: TensorPath | undefined): Promise<Uint8Array> {
    if (path === undefined || end - start < INLINE_BYTES) return this.#take(head, end);
    const content = await this.split(start, end, path);
    return concat([bytesHead(number, content.byteLength), content]);
  }

  #cut({ number, start, end }: Field): Uint8Array {
    const index = this.cuts.push({ field: number, payload: this.source.payload(start, end) }) - 1;
    return Uint8Array.from([...varintBytes(PLACEHOLDER * 8), ...varintBytes(index)]);
  }

  /** Bytes that go into the skeleton. */
  async #take(start: number, end: number): Promise<Uint8Array> {
    this.#skeletonBytes += end - start;
    if (this.#skeletonBytes > MAX_SKELETON_BYTES) {
      const text = `${this.source.name} has more than ${MAX_SKELETON_BYTES >> 20} MiB beside its weights`;
      throw invalid('too-large', text);
    }
    return this.#cached(start, end) ?? (await this.#load(start, end));
  }

  #cached(start: number, end: number): Uint8Array | undefined {
    const from = start - this.#windowStart;
    const to = end - this.#windowStart;
    return from >= 0 && to <= this.#window.byteLength ? this.#window.subarray(from, to) : undefined;
  }

  async #load(start: number, end: number): Promise<Uint8Array> {
    if (end - start > WINDOW_BYTES) return this.source.read(start, end);
    this.#window = await this.source.read(start, Math.min(start + WINDOW_BYTES, this.source.byteLength));
    this.#windowStart = start;
    return this.#window.subarray(0, end - start);
  }
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

function cutShort(name: string) {
  return invalid('truncated', `${name} is cut short or damaged: a field reaches beyond what it is in`);
}
