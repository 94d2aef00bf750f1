import { createHash } from 'node:crypto';
import { PLAN_FORMAT } from './header.js';
import { BUILD_AGAIN, incompatible } from './incompatible.js';
import { addSlices } from './slices.js';

/** As PNG's: what a transfer of texts changes shows in the first bytes. */
const MAGIC = Buffer.from([0x89, 0x4e, 0x54, 0x50, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Bytes before the header. */
export const PREFIX_BYTES = 40;
/** Where the checksum is: of what is before it, and of header and signatures. */
const CHECKSUM_AT = 32;
/** The payload starts at a multiple of it, so that it can be mapped. */
const PAGE_BYTES = 4096;
/** Kept free for signatures that are added later: more than twenty. */
const ROOM_BYTES = 4096;
const MAX_HEADER_BYTES = 64 * 2 ** 20;
const MAX_SIGNATURES_BYTES = 2 ** 20;

/** Where the parts of a plan file are. */
export interface Parts {
  headerBytes: number;
  signaturesBytes: number;
  payloadOffset: number;
  payloadBytes: number;
}

export function hasMagic(bytes: Uint8Array): boolean {
  return MAGIC.equals(bytes.subarray(0, MAGIC.byteLength));
}

/** Where the payload starts behind a header and signatures of this many bytes. */
export function payloadOffset(headerBytes: number, signaturesBytes: number): number {
  const end = PREFIX_BYTES + headerBytes + signaturesBytes + ROOM_BYTES;
  return Math.ceil(end / PAGE_BYTES) * PAGE_BYTES;
}

/** Whether both are within their limits and end before the payload. */
export function fits({ headerBytes, signaturesBytes, payloadOffset }: Parts): boolean {
  const end = PREFIX_BYTES + headerBytes + signaturesBytes;
  const isWithin = headerBytes <= MAX_HEADER_BYTES && signaturesBytes <= MAX_SIGNATURES_BYTES;
  return (
    isWithin &&
    payloadOffset % PAGE_BYTES === 0 &&
    payloadOffset >= end &&
    payloadOffset - end < ROOM_BYTES + PAGE_BYTES
  );
}

/** Everything before the payload. */
export async function encodeFront(
  header: Uint8Array,
  signatures: Uint8Array,
  payload: { offset: number; bytes: number },
): Promise<Buffer> {
  const front = Buffer.alloc(payload.offset);
  front.set(MAGIC, 0);
  front.writeUInt32LE(PLAN_FORMAT, 8);
  front.writeUInt32LE(header.byteLength, 12);
  front.writeUInt32LE(signatures.byteLength, 16);
  front.writeUInt32LE(payload.offset, 20);
  front.writeBigUInt64LE(BigInt(payload.bytes), 24);
  front.set(header, PREFIX_BYTES);
  front.set(signatures, PREFIX_BYTES + header.byteLength);
  front.set(await checksum(front, header.byteLength + signatures.byteLength), CHECKSUM_AT);
  return front;
}

/** Reads the prefix of a file of `size` bytes. */
export function parsePrefix(prefix: Buffer, size: number, path: string): Parts {
  if (!hasMagic(prefix)) throw foreign(prefix, path);
  if (prefix.byteLength < PREFIX_BYTES) throw incompatible('truncated', path, `is cut short. ${BUILD_AGAIN}`);
  const version = prefix.readUInt32LE(8);
  if (version !== PLAN_FORMAT) {
    const text = `is a plan file of format ${version}, and this version of node-tensorrt reads format ${PLAN_FORMAT}. ${BUILD_AGAIN}`;
    throw incompatible('format-version', path, text, { found: version, expected: PLAN_FORMAT });
  }
  const parts = {
    headerBytes: prefix.readUInt32LE(12),
    signaturesBytes: prefix.readUInt32LE(16),
    payloadOffset: prefix.readUInt32LE(20),
    payloadBytes: Number(prefix.readBigUInt64LE(24)),
  };
  if (!fits(parts)) throw damaged(path, 'its parts cannot be where it says');
  const expected = parts.payloadOffset + parts.payloadBytes;
  if (size < expected) {
    const text = `is cut short: it has ${size} of ${expected} bytes. Copy it again, or build it again.`;
    throw incompatible('truncated', path, text, { found: size, expected });
  }
  if (size > expected) throw damaged(path, `it has ${size - expected} bytes behind its end`);
  return parts;
}

/** Checks everything before the payload against its checksum. */
export async function checkFront(front: Buffer, parts: Parts, path: string): Promise<void> {
  const { headerBytes, signaturesBytes } = parts;
  const found = front.subarray(CHECKSUM_AT, PREFIX_BYTES);
  if (!(await checksum(front, headerBytes + signaturesBytes)).equals(found)) {
    throw damaged(path, 'what it says of itself does not fit its checksum');
  }
  const rest = front.subarray(PREFIX_BYTES + headerBytes + signaturesBytes);
  if (rest.some((byte) => byte !== 0)) throw damaged(path, 'there is something before its payload');
}

export function damaged(path: string, what: string) {
  return incompatible('damaged', path, `is damaged: ${what}. Copy it again, or build it again.`);
}

async function checksum(front: Buffer, bytes: number): Promise<Buffer> {
  const hash = createHash('sha256').update(front.subarray(0, CHECKSUM_AT));
  await addSlices(hash, front.subarray(PREFIX_BYTES, PREFIX_BYTES + bytes));
  return hash.digest().subarray(0, PREFIX_BYTES - CHECKSUM_AT);
}

function foreign(prefix: Buffer, path: string) {
  if (prefix.byteLength > 0 && prefix.equals(MAGIC.subarray(0, prefix.byteLength))) {
    return incompatible('truncated', path, `is cut short after ${prefix.byteLength} bytes. ${BUILD_AGAIN}`);
  }
  const what = prefix.byteLength === 0 ? 'is empty' : 'is not a plan of node-tensorrt';
  const text = `${what}. A plan of TensorRT itself does not say what it was built from and for, and cannot be checked: build it with node-tensorrt from its ONNX model.`;
  return incompatible('not-a-plan', path, text);
}
