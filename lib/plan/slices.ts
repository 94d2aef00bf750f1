import type { FileHandle } from 'node:fs/promises';
import { Pauses } from '../onnx/file/pauses.js';
import { SpanPayload } from '../onnx/file/source.js';
import { BUILD_AGAIN, incompatible } from './incompatible.js';

const SLICE_BYTES = 2 ** 18;

/** Gives bytes to a hash or an HMAC, and the event loop its turns. */
export async function addSlices(
  hash: { update(bytes: Uint8Array): unknown },
  bytes: Uint8Array,
  pauses = new Pauses(),
): Promise<void> {
  for (let at = 0; at < bytes.byteLength; at += SLICE_BYTES) {
    hash.update(bytes.subarray(at, at + SLICE_BYTES));
    if (pauses.due) await pauses.take();
  }
}

/** Fills `target` from a position of a file; a file that ends before is truncated. */
export async function readFully(file: FileHandle, path: string, target: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < target.byteLength; ) {
    const { bytesRead } = await file.read(target, at, target.byteLength - at, position + at);
    if (bytesRead === 0) throw incompatible('truncated', path, `is cut short. ${BUILD_AGAIN}`);
    at += bytesRead;
  }
}

export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) {
    at += (await file.write(bytes, at, bytes.byteLength - at, position + at)).bytesWritten;
  }
}

/** A part of an open file in pieces; each is valid until the next, which is read meanwhile. */
export function pieces(file: FileHandle, path: string, start: number, bytes: number): AsyncIterable<Uint8Array> {
  const reader = { readInto: (target: Uint8Array, at: number) => readFully(file, path, target, at) };
  return new SpanPayload(reader, start, bytes).chunks();
}
