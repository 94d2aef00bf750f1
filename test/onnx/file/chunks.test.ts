import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { giveBuffer, takeBuffer } from '../../../dist/esm/onnx/file/chunk-buffers.js';
import { makeFolder } from '../../../dist/esm/onnx/file/make-folder.js';
import { rope } from '../../../dist/esm/onnx/file/rope.js';
import { type FileReader, SpanPayload } from '../../../dist/esm/onnx/file/source.js';
import { CHUNK_BYTES } from '../../../dist/esm/onnx/graph/payload.js';
import { tempFolder } from '../../support/temp-folder.js';

const byteAt = (position: number) => (position * 31 + (position >> 12)) & 0xff;

/** A file whose reads end when they are told to, or fail from a position on. */
class SlowFile implements FileReader {
  open = 0;
  mostOpen = 0;
  constructor(private readonly failsFrom = Number.POSITIVE_INFINITY) {}

  async readInto(target: Uint8Array, position: number): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    await new Promise((resolve) => setTimeout(resolve, 2));
    this.open--;
    if (position >= this.failsFrom) throw new Error('the disk is gone');
    for (let i = 0; i < target.byteLength; i++) target[i] = byteAt(position + i);
  }
}

const LENGTH = 3 * CHUNK_BYTES + 17;

describe('SpanPayload.chunks()', () => {
  test('gives all bytes in order, and reads the next piece meanwhile', async () => {
    const file = new SlowFile();
    let at = 5;
    for await (const chunk of new SpanPayload(file, 5, LENGTH).chunks()) {
      // What comes next must not change what is here.
      await new Promise((resolve) => setTimeout(resolve, 5));
      let wrong = 0;
      for (let i = 0; i < chunk.byteLength; i++) if (chunk[i] !== byteAt(at + i)) wrong++;
      expect(wrong).toBe(0);
      at += chunk.byteLength;
    }
    expect(at).toBe(5 + LENGTH);
    expect(file.mostOpen).toBe(1);
  });

  test.each([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1])('%d bytes', async (length) => {
    let total = 0;
    for await (const chunk of new SpanPayload(new SlowFile(), 0, length).chunks()) total += chunk.byteLength;
    expect(total).toBe(length);
  });

  test('waits for what is being read when it is left', async () => {
    const file = new SlowFile();
    for await (const _ of new SpanPayload(file, 0, LENGTH).chunks()) break;
    expect(file.open).toBe(0);
  });

  test('fails as the file does, also in what was read ahead', async () => {
    const seen: number[] = [];
    const reading = (async () => {
      for await (const chunk of new SpanPayload(new SlowFile(2 * CHUNK_BYTES), 0, LENGTH).chunks()) {
        seen.push(chunk.byteLength);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await expect(reading).rejects.toThrow('the disk is gone');
    expect(seen).toEqual([CHUNK_BYTES, CHUNK_BYTES]);
  });

  test('what fails ahead of one who leaves is nobody’s error', async () => {
    for await (const _ of new SpanPayload(new SlowFile(CHUNK_BYTES), 0, LENGTH).chunks()) break;
  });
});

test('buffers that were handed back are used again, small ones are new', () => {
  const buffer = takeBuffer(CHUNK_BYTES);
  giveBuffer(buffer);
  expect(takeBuffer(CHUNK_BYTES / 2) === buffer).toBe(true);
  expect(takeBuffer(CHUNK_BYTES) === buffer).toBe(false);
  const small = takeBuffer(100);
  expect(small.byteLength).toBe(100);
  giveBuffer(small);
  expect(takeBuffer(100) === small).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a folder that the system cannot make is an error, and no endless loop',
  async () => {
    await expect(makeFolder('/proc/none/folder')).rejects.toMatchObject({ code: 'ENOENT' });
  },
);

test('a folder is made with those around it, by several at once', async () => {
  const folder = join(tempFolder(), 'a', 'b', 'c');
  await Promise.all([makeFolder(folder), makeFolder(folder), makeFolder(join(folder, 'd'))]);
  expect(existsSync(join(folder, 'd'))).toBe(true);
});

test('a rope of more parts than a call may have arguments', () => {
  const part = new Uint8Array(2);
  const long = rope(Array.from({ length: 300_000 }, () => part));
  expect(long.byteLength).toBe(600_000);
  expect(long.parts).toHaveLength(300_000);
});
