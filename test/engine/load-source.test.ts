import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { identity, matmul16, withExternalData } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

function modelFile(name = 'small.onnx'): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, identity());
  return path;
}

async function runs(model: string | URL | Uint8Array): Promise<void> {
  const engine = await load(model);
  expect(numbers(await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual([1, 2, 3, 4]);
}

describe('load()', () => {
  test('loads a path, absolute or relative', async () => {
    const path = modelFile();
    await runs(path);
    await runs(relative(process.cwd(), path));
  });

  test('loads a path with spaces, percent signs and letters beyond ASCII', () =>
    runs(modelFile('a b %41 ü 模型.onnx')));

  test('loads a file: URL, as URL and as string', async () => {
    const url = pathToFileURL(modelFile('with space %.onnx'));
    await runs(url);
    await runs(url.href);
  });

  test('loads model.onnx of a model folder', async () => {
    const folder = join(tempFolder(), 'folder.onnx');
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.onnx'), identity());
    await runs(folder);
    await runs(`${folder}/`);
    await runs(pathToFileURL(folder));
  });

  test('loads bytes: Uint8Array, Buffer, a view with an offset, shared memory', async () => {
    const bytes = identity();
    await runs(bytes);
    await runs(Buffer.from(bytes));
    const wide = new Uint8Array(bytes.length + 20).fill(255);
    wide.set(bytes, 7);
    await runs(wide.subarray(7, 7 + bytes.length));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    await runs(shared);
  });

  test('loads bytes of another realm', async () => {
    const bytes = runInNewContext('Uint8Array').from(identity()) as Uint8Array;
    expect(bytes instanceof Uint8Array).toBe(false);
    await runs(bytes);
  });

  test('takes the name from the options, else from the file, else "model"', async () => {
    const path = modelFile();
    expect((await load(path, { name: 'mine' })).name).toBe('mine');
    expect((await load(path)).name).toBe(basename(path));
    expect((await load(identity())).name).toBe('model');
  });

  test('reads external data that lies beside the model', async () => {
    const engine = await load(withExternalData(tempFolder()));
    expect(numbers(await engine.run({ x: f32([0, 0, 0, 0]) }), 'y')).toEqual([1, 2, 3, 4]);
  });

  test('leaves bytes of the caller as they are', async () => {
    const bytes = matmul16();
    const before = Buffer.from(bytes);
    await load(bytes);
    expect(before.equals(bytes)).toBe(true);
  });

  test.each([
    ['nothing', undefined],
    ['a number', 5],
    ['null', null],
    ['an empty string', ''],
    ['an ArrayBuffer', new ArrayBuffer(8)],
    ['a Float32Array', new Float32Array(8)],
    ['an http: URL', new URL('http://localhost/model.onnx')],
    ['a path with NUL', 'model\0.onnx'],
  ])('rejects with INVALID_ARGUMENT for %s', async (_, model) => {
    await expect(load(model as never)).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'model' }));
  });

  test.each([
    ['a file: URL with a host', new URL('file://host.example/model.onnx')],
    ['a file: URL string with a host', 'file://host.example/model.onnx'],
    ['a file: URL with an encoded slash', new URL('file:///tmp/a%2Fb.onnx')],
    ['a file: URL with an encoded NUL', new URL('file:///tmp/a%00b.onnx')],
    ['a path that is too long for the system', `/tmp/${'x'.repeat(5000)}`],
    ['a path through a file', '/dev/null/model.onnx'],
  ])('rejects with a typed error for %s', async (_, model) => {
    expect(await rejection(load(model))).toMatchObject({
      name: 'NodeTensorRTError',
      code: expect.stringMatching(/^(INVALID_ARGUMENT|MODEL_INVALID)$/),
    });
  });
});
