import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleError, systemError } from './failure.js';
import { compareNaturally } from './natural-order.js';

/** A file or folder in a folder. */
export interface Listed {
  readonly name: string;
  readonly path: string;
  readonly isFolder: boolean;
}

/** What is in a folder, in natural order. Links count as what they lead to; hidden and special files are left out. */
export async function listFolder(folder: string): Promise<Listed[]> {
  const listed: Listed[] = [];
  try {
    const found = await readdir(folder, { withFileTypes: true });
    for (const item of found.filter(({ name }) => !name.startsWith('.'))) {
      const path = join(folder, item.name);
      const kind = item.isSymbolicLink() ? await stat(path) : (item as Pick<Dirent, 'isFile' | 'isDirectory'>);
      if (kind.isFile() || kind.isDirectory()) listed.push({ name: item.name, path, isFolder: kind.isDirectory() });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') {
      throw sampleError(folder, 'not-a-folder', 'expected a folder, received a file', {}, error);
    }
    throw systemError(folder, 'read', error);
  }
  return listed.sort((a, b) => compareNaturally(a.name, b.name));
}

/** The name without its ending, or undefined when the ending is another one. Capital letters do not matter. */
export function withoutEnding(name: string, ending: string): string | undefined {
  return name.toLowerCase().endsWith(ending) && name.length > ending.length ? name.slice(0, -ending.length) : undefined;
}
