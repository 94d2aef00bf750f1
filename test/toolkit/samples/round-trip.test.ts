import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { NodeTensorRTError } from '../../../dist/esm/errors.js';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { type TensorLike, tensorTypes } from '../../../lib/tensor/types.js';
import { failure, rejection } from '../../support/failure.js';
import { randomNumbers } from '../../support/random.js';
import { tempFolder } from '../../support/temp-folder.js';
import { described, randomTensor } from './support.js';

const one: TensorLike = { type: 'float32', data: new Float32Array([1, 2]), dims: [2] };

describe('what is written is read again', () => {
  test('by writeNpy and readNpy, for random tensors of every type', async () => {
    const file = join(tempFolder(), 'x.npy');
    const random = randomNumbers(1);
    for (let i = 0; i < 300; i++) {
      const type = tensorTypes[i % tensorTypes.length] as TensorLike['type'];
      const tensor = randomTensor(random, type);
      await writeNpy(file, tensor);
      const read = await readNpy(i % 2 === 0 ? file : readFileSync(file));
      expect(read.type).toBe(type);
      expect(described(read)).toEqual(described(tensor));
    }
  });

  test.each([false, true])('by writeNpz and readNpz, compress: %s', async (compress) => {
    const file = join(tempFolder(), 'x.npz');
    const random = randomNumbers(2);
    for (let i = 0; i < 40; i++) {
      const tensors: Record<string, TensorLike> = {};
      const types = tensorTypes.filter(() => random(2) === 0);
      for (const type of types) tensors[`${'/ü.'.repeat(random(3))}${type}`] = randomTensor(random, type);
      await writeNpz(file, tensors, { compress });
      const read = await readNpz(i % 2 === 0 ? file : readFileSync(file));
      expect(Object.keys(read)).toEqual(Object.keys(tensors));
      for (const [name, tensor] of Object.entries(tensors))
        expect(described(read[name] as TensorLike)).toEqual(described(tensor));
    }
  });

  test('also when an array takes many pieces', async () => {
    const file = join(tempFolder(), 'x.npz');
    const data = Uint8Array.from({ length: 3 * 2 ** 20 + 5 }, (_, i) => (i * 31) >> 3);
    for (const compress of [false, true]) {
      await writeNpz(file, { x: { type: 'uint8', data, dims: [data.length] } }, { compress });
      expect(Buffer.from((await readNpz(file))['x']?.data as Uint8Array).equals(data)).toBe(true);
    }
  });
});

describe('writeNpz', () => {
  test('makes the same bytes of the same arrays', async () => {
    const folder = tempFolder();
    for (const name of ['a', 'b']) await writeNpz(join(folder, name), { one }, { compress: true });
    expect(readFileSync(join(folder, 'a'))).toEqual(readFileSync(join(folder, 'b')));
  });

  test('takes a file: URL, and a Float16Array where there is one', async () => {
    const url = pathToFileURL(join(tempFolder(), 'ä b.npz'));
    await writeNpz(url, { one });
    expect(Object.keys(await readNpz(url))).toEqual(['one']);
    const Half = (globalThis as { Float16Array?: new (values: number[]) => never }).Float16Array;
    if (Half === undefined) return;
    await writeNpz(url, { half: { type: 'float16', data: new Half([1]), dims: [1] } });
    expect((await readNpz(url))['half']?.data).toEqual(new Uint16Array([0x3c00]));
  });

  test('leaves what was there when it fails, and nothing beside it', async () => {
    const folder = tempFolder();
    const file = join(folder, 'x.npz');
    await writeNpz(file, { one });
    const bad: TensorLike = { type: 'string', data: ['fine', 'filled\0'], dims: [2] };
    expect(await rejection(writeNpz(file, { one, bad }))).toEqual(failure('INVALID_ARGUMENT', { reason: 'text' }));
    expect(readdirSync(folder)).toEqual(['x.npz']);
    expect(Object.keys(await readNpz(file))).toEqual(['one']);
  });

  test('says so when the buffer of a tensor is transferred meanwhile', async () => {
    const folder = tempFolder();
    const data = new Float32Array(2 ** 20);
    const written = rejection(writeNpz(join(folder, 'x.npz'), { x: { type: 'float32', data, dims: [data.length] } }));
    structuredClone(data.buffer, { transfer: [data.buffer] });
    expect(await written).toEqual(failure('INVALID_ARGUMENT', { reason: 'changed' }));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each<[string, unknown, unknown, Record<string, unknown>]>([
    ['a tensor of the wrong length', { x: { ...one, dims: [3] } }, {}, { option: 'tensors.x.data' }],
    ['no tensor', { x: 1 }, {}, { option: 'tensors.x' }],
    ['no map', [], {}, { option: 'tensors' }],
    ['an unknown option', { one }, { level: 9 }, { option: 'options.level' }],
    ['a wrong option', { one }, { compress: 1 }, { option: 'options.compress' }],
    ['a name with a zero', { 'a\0b': one }, {}, { reason: 'name' }],
    ['a name that is no text', { '\ud800': one }, {}, { reason: 'name' }],
    ['a name that is too long', { ['x'.repeat(70_000)]: one }, {}, { reason: 'name' }],
  ])('refuses %s', async (_, tensors, options, details) => {
    const file = join(tempFolder(), 'x.npz');
    const error = await rejection(writeNpz(file, tensors as never, options as never));
    expect(error).toBeInstanceOf(NodeTensorRTError);
    expect(error.details).toMatchObject(details);
  });

  test('says what the system says when the folder is missing', async () => {
    const file = join(tempFolder(), 'missing', 'x.npz');
    expect(await rejection(writeNpz(file, { one }))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'unwritable', file, system: 'ENOENT' }),
    );
  });
});

describe('readNpy', () => {
  test.each<[string, unknown, string]>([
    ['no path', 5, 'source'],
    ['an address of the web', new URL('https://example.com/x.npy'), 'source'],
    ['an empty path', '', 'source'],
    ['a path with a zero', 'a\0', 'source'],
  ])('refuses %s', async (_, source, option) => {
    expect(await rejection(readNpy(source as never))).toEqual(failure('INVALID_ARGUMENT', { option }));
  });

  test('says when there is no file, or no ordinary one', async () => {
    const folder = tempFolder();
    const file = join(folder, 'x.npy');
    expect(await rejection(readNpy(file))).toEqual(failure('INVALID_ARGUMENT', { reason: 'not-found', file }));
    expect(await rejection(readNpy(folder))).toEqual(failure('INVALID_ARGUMENT', { reason: 'not-a-file' }));
  });

  test('asks maxBytes before memory is taken', async () => {
    const file = join(tempFolder(), 'x.npy');
    await writeNpy(file, one);
    expect(await readNpy(file, { maxBytes: 8 })).toMatchObject({ dims: [2] });
    expect(await rejection(readNpy(file, { maxBytes: 7 }))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large', option: 'options.maxBytes', received: 8 }),
    );
    expect(await rejection(readNpy(file, { maxBytes: 0 }))).toEqual(failure('OUT_OF_RANGE'));
    writeFileSync(file, '');
    expect(await rejection(readNpy(file))).toEqual(failure('INVALID_ARGUMENT', { reason: 'malformed' }));
  });
});
