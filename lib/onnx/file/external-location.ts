import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from './invalid.js';
import { ModelFile } from './model-file.js';

/**
 * Opens a file of external data, by the rules of `native/model/external_data.cc`, which loading an engine follows: it lies
 * in the model's folder, no link leads to it, and it has one name only (see `Note "links"` there). The same on every
 * system. Whoever can write into the model's folder while it is read is trusted.
 * @param where names the tensor in messages
 */
export async function openExternal(
  folder: string,
  location: string,
  where: string,
  options: { hardLinks: boolean },
): Promise<ModelFile> {
  const refuse = (reason: string, what: string) => {
    const text = `external data '${printable(location)}' of tensor '${printable(where)}' ${what}`;
    return invalid(reason, text, { tensor: printable(where), location: printable(location) });
  };
  const parts = locationParts(location, refuse);
  let path = folder || '.';
  for (const [i, part] of parts.entries()) {
    path = join(path, part);
    const stats = await lstat(path).catch((error: NodeJS.ErrnoException) => {
      throw refuse('external-data-missing', `is not there (${error.code}): copy it into ${folder} with the model`);
    });
    if (stats.isSymbolicLink()) {
      const what = 'is or goes through a symbolic link, which is never followed: put the file itself there';
      throw refuse('external-data-outside-folder', what);
    }
    const isLast = i === parts.length - 1;
    if (isLast ? !stats.isFile() : !stats.isDirectory()) {
      const what = isLast ? 'is not a regular file' : 'goes through what is not a folder';
      throw refuse('external-data-not-a-file', what);
    }
  }
  return ModelFile.open(path, {
    follow: false,
    check: ({ nlink }) => {
      if (options.hardLinks || nlink === 1n) return;
      const what = 'has more than one hard link and may be another file too; copy it, or set limits.hardLinks';
      throw refuse('external-data-hard-linked', what);
    },
  });
}

/** The folders and the file that a location names. Opens nothing. */
export function locationParts(location: string, refuse: (reason: string, what: string) => Error): string[] {
  const outside = (what: string) => refuse('external-data-outside-folder', what);
  if (location.startsWith('/')) throw outside('is an absolute path');
  const parts: string[] = [];
  for (const part of location.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') throw outside("leaves the folder of the model by '..'");
    if (part.includes('\\')) throw outside("has a backslash in it; ONNX separates folders by '/'");
    if (part.includes(':')) throw outside('has a colon in it, which may name a drive');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\x00-\x1f\x7f]/.test(part)) throw outside('has a control character in it');
    if (/[. ]$/.test(part)) throw outside('has a name that ends in a dot or a blank');
    parts.push(part);
  }
  if (parts.length === 0 || /(^|\/)\.?$/.test(location)) throw refuse('external-data-not-a-file', 'names a folder');
  return parts;
}

/** Text of a model for a message: short, and without what would disturb a terminal. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  const clean = text.replace(/[\x00-\x1f\x7f]/g, '?');
  return clean.length > 200 ? `${clean.slice(0, 200)}…` : clean;
}
