import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { type TensorLike, tensorTypes } from '../../../lib/tensor/types.js';
import { failure, rejection } from '../../support/failure.js';
import { type Described, NUMPY_TIMEOUT_MS, numpyReads, numpyWrites } from '../../support/numpy.js';
import { randomNumbers } from '../../support/random.js';
import { tempFolder } from '../../support/temp-folder.js';
import { comparable, described, randomTensor } from './support.js';

let folder: string;
/** What NumPy sees in the files that it wrote. */
let seen: Map<string, Record<string, Described>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-'));
  await numpyWrites(folder);
  const files = readdirSync(folder).filter((file) => !file.startsWith('refused'));
  const found = await numpyReads(...files.map((file) => join(folder, file)));
  seen = new Map(files.map((file, i) => [file, found[i] as Record<string, Described>]));
}, NUMPY_TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('readNpy', () => {
  test('has what NumPy has, in every type, byte order, memory order and version', async () => {
    const files = [...seen.keys()].filter((file) => file.endsWith('.npy'));
    expect(files.length).toBeGreaterThan(60);
    for (const file of files) {
      const tensor = await readNpy(join(folder, file));
      expect(described(tensor), file).toEqual(
        comparable((seen.get(file) as Record<string, Described>)[''] as Described),
      );
    }
  });

  test('reads the values themselves', async () => {
    const float = await readNpy(join(folder, 'f4-big-F.npy'));
    expect(float.type).toBe('float32');
    expect([...(float.data as Float32Array)].slice(0, 6)).toEqual([0, -0, 1, -1.5, Infinity, -Infinity]);
    expect((await readNpy(join(folder, 'i8-big-C.npy'))).data).toContain(-(2n ** 63n));
    expect((await readNpy(join(folder, 'bfloat16.npy'))).type).toBe('bfloat16');
    expect((await readNpy(join(folder, 'b1-little-F.npy'))).type).toBe('bool');
    expect((await readNpy(join(folder, 'bytes.npy'))).data).toEqual(['a', '', 'héllo']);
    expect((await readNpy(join(folder, 'text-big-F.npy'))).data).toEqual([
      'a',
      '',
      'héllo',
      '😀 two',
      '\ud800',
      'x\0y',
    ]);
    expect(await readNpy(join(folder, 'scalar.npy'))).toMatchObject({ type: 'float32', dims: [] });
  });

  test('refuses arrays of Python objects by name', async () => {
    const error = await rejection(readNpy(join(folder, 'refused-objects.npy')));
    expect(error).toEqual(
      failure('UNSUPPORTED', { reason: 'object-array', file: join(folder, 'refused-objects.npy') }),
    );
    expect(error.message).toContain('pickle');
  });

  test('refuses types that no tensor has', async () => {
    const files = readdirSync(folder).filter((file) => /^refused-(?!objects)/.test(file));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const error = await rejection(readNpy(join(folder, file)));
      expect(error, file).toEqual(failure('UNSUPPORTED', { reason: 'data-type' }));
      expect(error.message, file).toContain('; save ');
    }
  });
});

describe('readNpz', () => {
  test.each(['stored.npz', 'packed.npz', 'zip64.npz', 'names.npz', 'positional.npz', 'nothing.npz'])(
    'has what NumPy has in %s',
    async (file) => {
      const tensors = await readNpz(join(folder, file));
      const arrays = seen.get(file) as Record<string, Described>;
      expect(Object.keys(tensors)).toEqual(Object.keys(arrays));
      for (const [name, array] of Object.entries(arrays)) {
        expect(described(tensors[name] as TensorLike), name).toEqual(comparable(array));
      }
    },
  );

  test('has names as they are', async () => {
    const names = Object.keys(await readNpz(join(folder, 'names.npz')));
    expect(names).toEqual(['/encoder/out:0', 'é😀', 'a\\b', '__proto__']);
    expect(Object.keys(await readNpz(join(folder, 'positional.npz')))).toEqual(['arr_0', 'arr_1']);
  });
});

describe('writeNpy and writeNpz', () => {
  test('NumPy reads what was written, in every type', async () => {
    const to = tempFolder();
    const random = randomNumbers(7);
    const tensors: Record<string, TensorLike> = {};
    for (const type of tensorTypes) {
      for (let i = 0; i < 4; i++) tensors[`${type}/é ${i}`] = randomTensor(random, type);
    }
    tensors['large'] = {
      type: 'float32',
      data: Float32Array.from({ length: 600_000 }, (_, i) => i),
      dims: [600, 1000],
    };
    tensors['words'] = { type: 'string', data: Array.from({ length: 9000 }, (_, i) => `word ${i}`), dims: [9000] };
    const names = Object.keys(tensors);
    await writeNpz(join(to, 'stored.npz'), tensors);
    await writeNpz(join(to, 'packed.npz'), tensors, { compress: true });
    const alone = names.map((_, i) => join(to, `${i}.npy`));
    for (const [i, file] of alone.entries()) await writeNpy(file, tensors[names[i] as string] as TensorLike);
    const [stored, packed, ...single] = await numpyReads(join(to, 'stored.npz'), join(to, 'packed.npz'), ...alone);
    for (const [i, name] of names.entries()) {
      const wanted = described(tensors[name] as TensorLike);
      for (const found of [stored?.[name], packed?.[name], single[i]?.['']]) {
        expect(found && comparable(found), name).toEqual(wanted);
      }
    }
    expect(Object.keys(stored ?? {})).toEqual(names);
  });
});
