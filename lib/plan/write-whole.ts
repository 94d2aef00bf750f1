import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Pauses } from '../onnx/file/pauses.js';
import { replaceFile } from '../onnx/file/replace-file.js';
import { addSlices, pieces, writeFully } from './slices.js';

/** Lets `fill` write a new file, and puts it in the place of `path` when the disk has it. */
export async function writeWhole(path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  await replaceFile(path, async (beside) => {
    const file = await open(beside, 'wx', 0o666);
    try {
      await fill(file);
      await file.sync();
    } finally {
      await file.close();
    }
  });
  await syncFolder(dirname(path));
}

/** Copies bytes of an open file to another; returns their SHA-256 in hexadecimal. */
export async function copyHashed(
  from: { file: FileHandle; path: string; at: number },
  to: { file: FileHandle; at: number },
  bytes: number,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  const pauses = new Pauses();
  let { at } = to;
  for await (const piece of pieces(from.file, from.path, from.at, bytes)) {
    await writeFully(to.file, piece, at);
    at += piece.byteLength;
    await addSlices(hash, piece, pauses);
    signal?.throwIfAborted();
  }
  return hash.digest('hex');
}

export function encode(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** So that the new name is on disk as well, where a system can do that. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
