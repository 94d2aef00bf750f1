import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../dist/esm/index.js';
import {
  listSamples,
  readNpz,
  readSample,
  readSamples,
  writeNpy,
  writeNpz,
  writeSamples,
} from '../../../dist/esm/toolkit/samples/index.js';
import type { TensorLike, TensorMap, TensorSpec } from '../../../lib/tensor/types.js';
import { identity } from '../../fixtures/models.js';
import { failure, rejection } from '../../support/failure.js';
import { tempFolder } from '../../support/temp-folder.js';

const tensor = (...values: number[]): TensorLike => ({
  type: 'float32',
  data: new Float32Array(values),
  dims: [values.length],
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const values = (sample: TensorMap, name = 'x') => [...(sample[name] as TensorLike<'float32'>).data];

describe('readSamples', () => {
  test('reads files and folders in natural order, and leaves out what is no sample', async () => {
    const folder = tempFolder();
    for (const name of ['s10', 's9', 's1', 'S2'])
      await writeNpz(join(folder, `${name}.npz`), { x: tensor(name.length) });
    mkdirSync(join(folder, 's9b'));
    await writeNpy(join(folder, 's9b', 'x.npy'), tensor(1, 2));
    await writeNpy(join(folder, 's9b', 'mask.npy'), tensor(3));
    for (const name of ['notes.txt', '.s0.npz', '.hidden', 's9b/README.md'])
      writeFileSync(join(folder, name), 'no sample');
    expect((await listSamples(folder)).map(({ name }) => name)).toEqual(['S2', 's1', 's9', 's9b', 's10']);
    const samples = await all(readSamples(folder));
    expect(samples.map((sample) => Object.keys(sample))).toEqual([['x'], ['x'], ['x'], ['mask', 'x'], ['x']]);
    expect(values(samples[3] as TensorMap)).toEqual([1, 2]);
  });

  test('follows links', async () => {
    const folder = tempFolder();
    const elsewhere = join(tempFolder(), 'a.npz');
    await writeNpz(elsewhere, { x: tensor(5) });
    symlinkSync(elsewhere, join(folder, 'link.npz'));
    expect((await all(readSamples(folder))).map((sample) => values(sample))).toEqual([[5]]);
  });

  test('reads each sample when it is asked for, and again for every iteration', async () => {
    const folder = tempFolder();
    await writeNpz(join(folder, '1.npz'), { x: tensor(1) });
    writeFileSync(join(folder, '2.npz'), 'damaged');
    const samples = readSamples(folder);
    for (let i = 0; i < 2; i++) {
      for await (const sample of samples) {
        expect(values(sample)).toEqual([1]);
        break;
      }
    }
    expect(await rejection(all(samples))).toEqual(failure('INVALID_ARGUMENT', { file: join(folder, '2.npz') }));
  });

  test('lets other work go on while a large sample is read', async () => {
    const file = join(tempFolder(), 'x.npz');
    await writeNpz(file, { x: { type: 'uint8', data: new Uint8Array(2 ** 25), dims: [2 ** 25] } }, { compress: true });
    let turns = 0;
    let isReading = true;
    const count = () => {
      turns++;
      if (isReading) setImmediate(count);
    };
    setImmediate(count);
    await readSample(file);
    isReading = false;
    // 32 MiB come in pieces of 256 KiB, and the values of each are looked at in turns.
    expect(turns).toBeGreaterThan(100);
  });

  test.each<[string, (folder: string) => Promise<unknown> | unknown, string, string]>([
    ['an empty folder', () => undefined, 'no-samples', 'one .npz file'],
    [
      'a folder of .npy files',
      (folder) => writeNpy(join(folder, 'x.npy'), tensor(1)),
      'no-samples',
      'folder of their own',
    ],
    ['a sample folder without arrays', (folder) => mkdirSync(join(folder, 'a')), 'no-samples', 'no .npy files'],
  ])('says what is wrong with %s', async (_, make, reason, text) => {
    const folder = tempFolder();
    await make(folder);
    const error = await rejection(all(readSamples(folder)));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { reason }));
    expect(error.message).toContain(text);
  });

  test('says when the folder is missing or a file', async () => {
    const folder = tempFolder();
    const missing = join(folder, 'missing');
    expect(await rejection(all(readSamples(missing)))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'not-found', file: missing }),
    );
    writeFileSync(join(folder, 'file'), '');
    expect(await rejection(all(readSamples(join(folder, 'file'))))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'not-a-folder' }),
    );
  });

  test('checks its options at once', () => {
    expect(() => readSamples('')).toThrow(failure('INVALID_ARGUMENT', { option: 'folder' }) as Error);
    expect(() => readSamples('a', { max: 1 } as never)).toThrow(
      failure('INVALID_ARGUMENT', { option: 'options.max' }) as Error,
    );
    expect(() => readSamples('a', { inputs: ['x'] as never })).toThrow(
      failure('INVALID_ARGUMENT', { option: 'options.inputs' }) as Error,
    );
  });
});

describe('readSample with inputs', () => {
  const inputs: TensorSpec[] = [
    { name: 'x', type: 'float32', dims: ['N', 2] },
    { name: 'any', type: 'int64', dims: [] },
  ];
  const x = { type: 'float32', data: new Float32Array(6), dims: [3, 2] } as const;
  const any = { type: 'int64', data: new BigInt64Array(2), dims: [1, 2] } as const;

  test.each<[string, TensorMap, string, string, Record<string, unknown>]>([
    ['a missing input', { x }, 'INVALID_ARGUMENT', 'missing-input', { missing: ['any'] }],
    [
      'an input that the model does not have',
      { x, any, y: x },
      'INVALID_ARGUMENT',
      'unknown-input',
      { unknown: ['y'] },
    ],
    [
      'another type',
      { x: any, any },
      'INVALID_ARGUMENT',
      'input-type',
      { tensor: 'x', expected: 'float32', received: 'int64' },
    ],
    [
      'another rank',
      { x: { ...x, dims: [6] }, any },
      'SHAPE_MISMATCH',
      'input-shape',
      { tensor: 'x', expected: '[N, 2]' },
    ],
    ['another size', { x: { ...x, dims: [2, 3] }, any }, 'SHAPE_MISMATCH', 'input-shape', { received: [2, 3] }],
  ])('refuses %s, and names the file', async (_, sample, code, reason, details) => {
    const file = join(tempFolder(), 'x.npz');
    await writeNpz(file, sample);
    const error = await rejection(readSample(file, { inputs }));
    expect(error).toEqual(failure(code, { reason, file, ...details }));
    expect(error.message).toContain(file);
  });

  test('takes what the engine takes', async () => {
    const file = join(tempFolder(), 'x.npz');
    await writeNpz(file, { x, any });
    expect(Object.keys(await readSample(file, { inputs }))).toEqual(['x', 'any']);
    await using engine = await Engine.load(identity());
    const [input] = engine.inputs as [TensorSpec];
    await writeNpz(file, { [input.name]: { type: 'float32', data: new Float32Array(8), dims: [2, 4] } });
    const outputs = await engine.run(await readSample(file, { inputs: engine.inputs }));
    expect(Object.values(outputs)[0]?.dims).toEqual([2, 4]);
  });
});

describe('writeSamples', () => {
  test('writes what readSamples reads, in order, from any iterable', async () => {
    const folder = join(tempFolder(), 'new', 'folder');
    async function* samples() {
      for (let i = 0; i < 12; i++) yield { x: tensor(i) };
    }
    expect(await writeSamples(folder, samples(), { compress: true })).toBe(12);
    expect((await all(readSamples(folder))).map((sample) => values(sample)[0])).toEqual(
      Array.from({ length: 12 }, (_, i) => i),
    );
    expect(readdirSync(folder)[11]).toBe('000011.npz');
  });

  test('gives samples the names that are asked for', async () => {
    const folder = tempFolder();
    await writeSamples(folder, [{ x: tensor(1) }, { x: tensor(2) }], { name: (i) => `cat-${i + 9}` });
    expect((await listSamples(folder)).map(({ name }) => name)).toEqual(['cat-9', 'cat-10']);
    expect(Object.keys(await readNpz(join(folder, 'cat-9.npz')))).toEqual(['x']);
  });

  test('does not mix two sets', async () => {
    const folder = tempFolder();
    await writeSamples(folder, [{ x: tensor(1) }]);
    expect(await rejection(writeSamples(folder, [{ x: tensor(2) }]))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'exists' }),
    );
    expect(values(await readSample(join(folder, '000000.npz')))).toEqual([1]);
  });

  test('stops at what the iterable throws, and keeps what was written', async () => {
    const folder = tempFolder();
    const reason = new Error('no more');
    function* samples() {
      yield { x: tensor(1) };
      throw reason;
    }
    expect(await rejection(writeSamples(folder, samples()))).toBe(reason);
    expect(readdirSync(folder)).toEqual(['000000.npz']);
  });

  test.each<[string, unknown]>([
    ['a path', '../x'],
    ['a path of Windows', 'a\\b'],
    ['a hidden name', '.x'],
    ['no name', ''],
    ['no text', 5],
  ])('refuses %s as a name', async (_, name) => {
    const written = writeSamples(tempFolder(), [{ x: tensor(1) }], { name: () => name as string });
    expect(await rejection(written)).toEqual(failure('INVALID_ARGUMENT', { option: 'options.name(0)' }));
  });

  test('refuses a name that comes twice, and what is no iterable', async () => {
    const two = [{ x: tensor(1) }, { x: tensor(2) }];
    expect(await rejection(writeSamples(tempFolder(), two, { name: (i) => 'aA'[i] as string }))).toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.name(1)' }),
    );
    expect(await rejection(writeSamples(tempFolder(), { x: 1 } as never))).toEqual(
      failure('INVALID_ARGUMENT', { option: 'samples' }),
    );
  });
});
