import { type FileHandle, open, stat } from 'node:fs/promises';
import { pathOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';
import { sampleError, systemError } from './failure.js';

/** A file's path or URL, or its bytes. The bytes are to be left alone until the promise settles. */
export type SampleSource = string | URL | Uint8Array;

/** Bytes of known number that can be read from any place. */
export interface RandomBytes {
  /** What errors call it. */
  readonly file: string;
  readonly size: number;
  /** Fills `target` from `position` on, or throws `truncated`. */
  read(target: Uint8Array, position: number): Promise<void>;
}

/** What is read or written by one call of the system. */
export const PIECE_BYTES = 2 ** 20;

/** Opens `source`, gives it to `use`, and closes it. */
export async function withBytes<T>(source: SampleSource, use: (bytes: RandomBytes) => Promise<T>): Promise<T> {
  if (isBytes(source)) return use(new MemoryBytes(source));
  const file = pathOption('source', source, ', or a Uint8Array');
  const handle = await openFile(file);
  try {
    return await use(handle);
  } finally {
    await handle.close().catch(() => undefined);
  }
}

async function openFile(file: string): Promise<OpenFile> {
  try {
    // Asked before it is opened: opening a pipe waits for somebody who writes.
    const info = await stat(file);
    if (!info.isFile()) throw sampleError(file, 'not-a-file', 'expected a file, received a folder, pipe or device');
    const handle = await open(file, 'r');
    try {
      return new OpenFile(file, (await handle.stat()).size, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw systemError(file, 'read', error);
  }
}

class OpenFile implements RandomBytes {
  constructor(
    readonly file: string,
    readonly size: number,
    private readonly handle: FileHandle,
  ) {}

  async read(target: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < target.length) {
      const length = Math.min(target.length - done, 16 * PIECE_BYTES);
      const { bytesRead } = await this.handle.read(target, done, length, position + done).catch((error: unknown) => {
        throw systemError(this.file, 'read', error);
      });
      if (bytesRead === 0) throw truncated(this.file, position + target.length, position + done);
      done += bytesRead;
    }
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

class MemoryBytes implements RandomBytes {
  readonly file = 'the given bytes';
  readonly size: number;

  constructor(private readonly bytes: Uint8Array) {
    this.size = bytes.byteLength;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < target.length; done += PIECE_BYTES) {
      const end = Math.min(done + PIECE_BYTES, target.length);
      if (position + end > this.bytes.length) throw truncated(this.file, position + end, this.bytes.length);
      target.set(this.bytes.subarray(position + done, position + end), done);
      if (end < target.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function truncated(file: string, expected: number, received: number): Error {
  return sampleError(
    file,
    'truncated',
    `expected at least ${expected} bytes, it ends after ${received}; the file is cut short`,
    { expected, received },
  );
}
