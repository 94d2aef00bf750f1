import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { failure, rejection } from '../../support/failure.js';
import { newUser, planFile } from '../../support/plan-files.js';
import { tempFolder } from '../../support/temp-folder.js';

const tar = `a.bin${'\0'.repeat(252)}ustar${'\0'.repeat(250)}`;

/** Beginnings of files, byte by byte as characters. */
const others: [what: string, content: string][] = [
  ['a PyTorch checkpoint or TorchScript archive', `PK\x03\x04${'\0'.repeat(26)}archive/data.pkl`],
  ['a Keras archive', 'PK\x03\x04config.json metadata.json'],
  ['a zip archive', 'PK\x03\x04readme.txt'],
  ['a zip archive', 'PK\x05\x06'],
  ['a Python pickle (PyTorch or scikit-learn)', '\x80\x02\x8a\x0al\xfc\x9c'],
  ['a Python pickle (PyTorch or scikit-learn)', '\x80\x05\x95'],
  ['an HDF5 file (Keras .h5)', '\x89HDF\r\n\x1a\n....'],
  ['a TensorFlow Lite model', '\x1c\0\0\0TFL3\0\0'],
  ["a model in ONNX Runtime's .ort format", '\x1c\0\0\0ORTM\0\0'],
  ['a gzip archive', '\x1f\x8b\x08\0'],
  ['a Zstandard archive', '\x28\xb5\x2f\xfd\0'],
  ['an xz archive', '\xfd7zXZ\0'],
  ['a 7-Zip archive', '7z\xbc\xaf\x27\x1c'],
  ['a bzip2 archive', 'BZh91AY'],
  ['a tar archive', tar],
  ['a safetensors file: weights without a graph', '\x10\0\0\0\0\0\0\0{"__metadata__":{'],
  ['a GGUF model (llama.cpp)', 'GGUF\x03\0\0\0'],
  ['a TensorRT engine', 'ftrt\x01\0\0\0'],
  ['a TensorRT engine', 'ptrt\x01\0\0\0'],
  ['a Git LFS pointer, not the file it stands for', 'version https://git-lfs.github.com/spec/v1\noid sha256:'],
  ['an HTML or XML page', '<!DOCTYPE html><html>'],
  ['an HTML or XML page', '\n <HTML>'],
  ['an HTML or XML page', '<?xml version'],
  ['JSON text', '\xef\xbb\xbf{ "error": 404 }'],
  ['JSON text', '{}'],
  ['a NumPy array', '\x93NUMPY\x01'],
  ['a PDF document', '%PDF-1.7'],
  ['a program or library', '\x7fELF\x02'],
  ['a program or library', 'MZ\x90'],
  ['a picture', '\x89PNG\r\n'],
  ['a picture', '\xff\xd8\xff\xe0'],
];

const message = (error: Error) => error.message.replace(/^.* ONNX model but /, '');

describe('readModel()', () => {
  test.each(others)('says of %s what it is, as Engine.load does', async (what, content) => {
    const bytes = Buffer.from(content, 'latin1');
    const error = await rejection(readModel(bytes));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'not-onnx', looksLike: what }));
    expect(error.message).toMatch(/^the model is not an ONNX model but \w/);
    // Engine.load says more of plans, and is tested with them.
    if (what === 'a TensorRT engine') return;
    const native = await rejection(Engine.load(bytes));
    expect(native).toEqual(failure('MODEL_INVALID', { reason: 'not-onnx', looksLike: what }));
    expect(message(native)).toBe(message(error));
  });

  test('says of a plan that it is one, and what takes it', async () => {
    newUser();
    const { path } = await planFile();
    const error = await rejection(readModel(path));
    expect(error).toEqual(failure('MODEL_INVALID', { reason: 'not-onnx', looksLike: 'a plan file of node-tensorrt' }));
    expect(error.message).toBe(
      `${path} is not an ONNX model but a plan file of node-tensorrt; give the ONNX model that it was built from; Engine.load and node-tensorrt inspect take the plan`,
    );
  });

  test('reads files whose producer stands where others have their names', async () => {
    for (const name of ['TFL3', 'ORTM']) {
      const bytes = Buffer.concat([Buffer.from([0x08, 7, 0x12, 4]), Buffer.from(name)]);
      const path = join(tempFolder(), 'tricky.onnx');
      writeFileSync(path, bytes);
      await expect(readModel(path)).rejects.toThrow(/is not an ONNX model: it has no graph/);
    }
  });
});
