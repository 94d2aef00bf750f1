import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identity, matmul16 } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { load } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

describe('load() rejects with MODEL_INVALID', () => {
  test('for a missing file, and names its path', async () => {
    const path = join(tempFolder(), 'missing.onnx');
    const error = await rejection(load(path));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'not-found', path }));
    expect(error.message).toContain(path);
  });

  test('for a folder without model.onnx', async () => {
    const folder = tempFolder();
    const path = join(folder, 'model.onnx');
    await expect(load(folder)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'not-found', path }));
  });

  test('for a folder whose model.onnx is a folder', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'model.onnx'));
    await expect(load(folder)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'not-a-file' }));
  });

  test('for an empty file and for no bytes', async () => {
    const path = join(tempFolder(), 'empty.onnx');
    writeFileSync(path, '');
    await expect(load(path)).rejects.toEqual(failure('MODEL_INVALID', { reason: 'empty', path }));
    await expect(load(new Uint8Array(0))).rejects.toEqual(failure('MODEL_INVALID', { reason: 'empty' }));
  });

  test.each([
    ['JSON', '{"error": "not found"}', /JSON/],
    ['HTML', '<!doctype html><html></html>', /HTML/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /LFS/],
    ['a picture', '\x89PNG\r\n\x1a\n', /picture/],
    ['plain text', 'this is just some text that is no model at all', /unknown|no kind/],
  ])('for %s, and says what it looks like', async (_, text, pattern) => {
    const error = await rejection(load(Buffer.from(text, 'latin1')));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'not-onnx', looksLike: expect.any(String) }));
    expect(error.message).toMatch(pattern);
  });

  test.each([0.05, 0.25, 0.5, 0.9, 0.999])('for a model that is cut short at %d of its length', async (share) => {
    const whole = matmul16();
    const cut = whole.slice(0, Math.floor(whole.length * share));
    await expect(load(cut)).rejects.toEqual(failure('MODEL_INVALID'));
    const path = join(tempFolder(), 'cut.onnx');
    writeFileSync(path, cut);
    await expect(load(path)).rejects.toEqual(failure('MODEL_INVALID', { path }));
  });

  test('for an operator that does not exist, and names it', async () => {
    const bytes = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1] }],
      nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
    });
    const error = await rejection(load(bytes));
    expect(error.code).toMatch(/^(MODEL_INVALID|UNSUPPORTED)$/);
    expect(error.message).toContain('NoSuchOperator');
  });

  test('for protobuf that is no model', async () => {
    // A message of one unknown field, and a field of the right number with the wrong type.
    await expect(load(Uint8Array.of(0xa2, 0x06, 2, 1, 2))).rejects.toEqual(failure('MODEL_INVALID'));
    await expect(load(Uint8Array.of(0x0a, 2, 8, 8))).rejects.toEqual(failure('MODEL_INVALID'));
  });

  test('for a node that reads what nobody writes', async () => {
    const bytes = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1] }],
      nodes: [{ op: 'Add', inputs: ['x', 'ghost'], outputs: ['y'] }],
    });
    await expect(load(bytes)).rejects.toEqual(failure('MODEL_INVALID'));
  });

  test('and the next load is none the worse', async () => {
    await rejection(load(Buffer.from('no model')));
    expect((await load(identity())).outputs).toHaveLength(1);
  });
});
