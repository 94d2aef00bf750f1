import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { writeNewFile } from '../../../dist/esm/toolkit/samples/new-file.js';
import { ZipWriter } from '../../../dist/esm/toolkit/samples/zip-writer.js';
import { failure, rejection } from '../../support/failure.js';
import { NUMPY_TIMEOUT_MS, numpyReads } from '../../support/numpy.js';
import { tempFolder } from '../../support/temp-folder.js';
import { npyFile } from './support.js';

const pair = npyFile("{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}\n", Buffer.from([1, 0, 2, 0]));

async function writeThree(file: string, max: { field: number; entries: number }): Promise<void> {
  await writeNewFile(file, async (target) => {
    const writer = new ZipWriter(target, false, max);
    for (const name of ['a', 'b', 'c']) await writer.add(`${name}.npy`, [pair]);
    await writer.finish();
  });
}

test.each<[string, { field: number; entries: number }]>([
  ['sizes', { field: 1, entries: 100 }],
  ['places', { field: 200, entries: 100 }],
  ['the number of arrays', { field: 2 ** 32 - 2, entries: 2 }],
])(
  'with 64-bit fields for %s, as large archives have, NumPy and readNpz read what was written',
  async (_, max) => {
    const file = join(tempFolder(), 'x.npz');
    await writeThree(file, max);
    const [seen] = await numpyReads(file);
    expect(Object.values(seen ?? {}).map(({ hex }) => hex)).toEqual(['01000200', '01000200', '01000200']);
    expect(await readNpz(file)).toMatchObject({ a: { type: 'int16', dims: [2] }, b: {}, c: {} });
  },
  NUMPY_TIMEOUT_MS,
);

describe('readNpz of an archive with 64-bit fields', () => {
  const central = 'PK\x01\x02';
  const end = 'PK\x06\x06';

  test.each<[string, string, number, number[]]>([
    ['a field of another kind', central, 51, [2, 0]],
    ['a field that is too short', central, 53, [8, 0]],
    ['a field that is longer than all', central, 53, [99, 0]],
    ['a size beyond any file', central, 55, [0, 0, 0, 0, 0, 0, 0, 1]],
    ['more entries than there are', end, 32, [4]],
    ['more entries than are read', end, 32, [0, 0, 1]],
    ['another place of the directory', end, 48, [1]],
    ['a damaged end', end, 0, [0]],
    ['an end that is elsewhere', 'PK\x06\x07', 8, [1, 0]],
  ])('refuses %s', async (_, signature, at, bytes) => {
    const file = join(tempFolder(), 'x.npz');
    await writeThree(file, { field: 1, entries: 1 });
    const archive = readFileSync(file);
    expect(Object.keys(await readNpz(archive))).toEqual(['a', 'b', 'c']);
    archive.set(bytes, archive.indexOf(signature, 0, 'latin1') + at);
    const error = await rejection(readNpz(archive));
    expect([
      failure('INVALID_ARGUMENT', { reason: 'malformed' }),
      failure('OUT_OF_RANGE', { reason: 'too-large' }),
    ]).toContainEqual(error);
  });
});
