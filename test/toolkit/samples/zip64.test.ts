import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { replaceFile } from '../../../dist/esm/toolkit/samples/new-file.js';
import { ZipWriter } from '../../../dist/esm/toolkit/samples/zip-writer.js';
import { NUMPY_TIMEOUT_MS, numpyReads } from '../../support/numpy.js';
import { tempFolder } from '../../support/temp-folder.js';
import { npyFile } from './support.js';

const pair = npyFile("{'descr': '<i2', 'fortran_order': False, 'shape': (2,)}\n", Buffer.from([1, 0, 2, 0]));

test.each<[string, { field: number; entries: number }]>([
  ['sizes', { field: 1, entries: 100 }],
  ['places', { field: 200, entries: 100 }],
  ['the number of arrays', { field: 2 ** 32 - 2, entries: 2 }],
])(
  'with 64-bit fields for %s, as large archives have, NumPy and readNpz read what was written',
  async (_, max) => {
    const file = join(tempFolder(), 'x.npz');
    await replaceFile(file, async (target) => {
      const writer = new ZipWriter(target, false, max);
      for (const name of ['a', 'b', 'c']) await writer.add(`${name}.npy`, [pair]);
      await writer.finish();
    });
    const [seen] = await numpyReads(file);
    expect(Object.values(seen ?? {}).map(({ hex }) => hex)).toEqual(['01000200', '01000200', '01000200']);
    expect(await readNpz(file)).toMatchObject({ a: { type: 'int16', dims: [2] }, b: {}, c: {} });
  },
  NUMPY_TIMEOUT_MS,
);
