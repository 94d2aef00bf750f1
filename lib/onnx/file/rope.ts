import type { Payload } from '../graph/payload.js';
import { bytesHead, readField, readVarint, wireTypes } from '../wire/fields.js';
import { PLACEHOLDER, type TensorPath } from '../wire/schema.js';
import type { Cut } from './split.js';

/** Bytes that are to be written one behind the other. Payloads among them are read when it is their turn. */
export interface Rope {
  readonly byteLength: number;
  readonly parts: readonly (Uint8Array | Payload)[];
}

export function rope(pieces: readonly (Uint8Array | Payload | Rope)[]): Rope {
  const parts: (Uint8Array | Payload)[] = [];
  let byteLength = 0;
  for (const piece of pieces) {
    byteLength += piece.byteLength;
    if ('parts' in piece) for (const part of piece.parts) parts.push(part);
    else parts.push(piece);
  }
  return { byteLength, parts };
}

/** A field whose content is a message or bytes. */
export function fieldRope(number: number, content: Uint8Array | Payload | Rope): Rope {
  return rope([bytesHead(number, content.byteLength), content]);
}

/**
 * Undoes what `Splitter` does: puts payloads where their placeholders are in the bytes of a message, and mends the lengths
 * around them. A tensor's fields come out in the order of their numbers, as protobuf libraries write them.
 */
export function join(bytes: Uint8Array, path: TensorPath | undefined, cuts: readonly Cut[]): Rope {
  if (path === undefined) return rope([bytes]);
  const fields: { number: number; content: Rope }[] = [];
  let hasPayload = false;
  for (let at = 0; at < bytes.byteLength; ) {
    const field = readField(bytes, at, bytes.byteLength);
    if (field === undefined) throw new Error('a message that was written cannot be read');
    const { number, start, end } = field;
    const inner = field.wireType === wireTypes.bytes ? path.fields.get(number) : undefined;
    if (path.isTensor && number === PLACEHOLDER) {
      const cut = cuts[readVarint(bytes, start, end)?.value ?? -1] as Cut;
      fields.push({ number: cut.field, content: fieldRope(cut.field, cut.payload) });
      hasPayload = true;
    } else if (inner) {
      fields.push({ number, content: fieldRope(number, join(bytes.subarray(start, end), inner, cuts)) });
    } else {
      fields.push({ number, content: rope([bytes.subarray(at, end)]) });
    }
    at = end;
  }
  if (hasPayload) fields.sort((a, b) => a.number - b.number);
  return rope(fields.map(({ content }) => content));
}
