import { invalid } from '../file/invalid.js';

/** Protobuf's ways of writing a field, as far as ONNX files have them. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A varint of a tag or length: at most 2^53. */
export interface Varint {
  readonly value: number;
  readonly end: number;
}

/** Reads a varint that is a number of ours. Returns undefined where the bytes end in it. */
export function readVarint(bytes: Uint8Array, start: number, end: number): Varint | undefined {
  let value = 0;
  let scale = 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) throw invalid('malformed', 'the model has a length of more than 2^53 bytes');
      return { value, end: at + 1 };
    }
    scale *= 128;
    if (at - start >= 9) throw invalid('malformed', 'the model has a number of more than ten bytes');
  }
  return undefined;
}

/** Head of a field: its number, how it is written, and where its content is. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Where the tag begins. */
  readonly head: number;
  /** Where the content begins: behind the tag, and the length where there is one. */
  readonly start: number;
  /** Where the content ends, which may lie behind the bytes at hand. */
  readonly end: number;
}

/**
 * Reads the head of the field at `at`. Returns undefined where the bytes end in the head. The end is not checked.
 * Throws MODEL_INVALID for what no ONNX file has.
 */
export function readField(bytes: Uint8Array, at: number, limit: number): Field | undefined {
  const tag = readVarint(bytes, at, limit);
  if (tag === undefined) return undefined;
  const number = Math.floor(tag.value / 8);
  const wireType = tag.value % 8;
  if (number < 1 || number > 0x1fffffff) throw invalid('malformed', `the model has a field with the number ${number}`);
  const field = (start: number, end: number): Field => ({ number, wireType, head: at, start, end });
  switch (wireType) {
    case wireTypes.varint: {
      for (let end = tag.end; end < limit; end++) {
        if (end - tag.end >= 10) throw invalid('malformed', 'the model has a number of more than ten bytes');
        if ((bytes[end] as number) < 0x80) return field(tag.end, end + 1);
      }
      return undefined;
    }
    case wireTypes.fixed64:
      return field(tag.end, tag.end + 8);
    case wireTypes.fixed32:
      return field(tag.end, tag.end + 4);
    case wireTypes.bytes: {
      const length = readVarint(bytes, tag.end, limit);
      return length && field(length.end, length.end + length.value);
    }
    default:
      throw invalid('malformed', `the model has a field of wire type ${wireType}, which ONNX does not use`);
  }
}

/** The bytes of a varint. */
export function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return bytes;
}

/** Tag and length of a field of bytes. */
export function bytesHead(number: number, length: number): Uint8Array {
  return Uint8Array.from([...varintBytes(number * 8 + wireTypes.bytes), ...varintBytes(length)]);
}
