import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemError } from './failure.js';

/** A file that is written from the first byte on, and may be corrected behind. */
export class NewFile {
  /** Bytes so far. */
  size = 0;

  constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    await this.overwrite(bytes, this.size);
    this.size += bytes.length;
  }

  async overwrite(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      done += (await this.handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  }
}

/**
 * Lets `write` fill a file beside `file`, and then puts it in its place: nobody sees half of it, and what was there stays
 * if it fails. The name of the file beside begins with a dot, so readers of the folder leave it out.
 */
export async function replaceFile(file: string, write: (target: NewFile) => Promise<void>): Promise<void> {
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.${unique++}.tmp`);
  try {
    const handle = await open(beside, 'wx');
    try {
      await write(new NewFile(file, handle));
    } finally {
      await handle.close();
    }
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw systemError(file, 'write', error);
  }
}

// Apart by thread as well: two copies of this module may write in one process.
let unique = Math.floor(Math.random() * 2 ** 40);
