import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { findOnnxRuntime } from '../../dist/esm/native/onnxruntime.js';
import { identity } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What loading a model gives in a fresh process, from a copy of the library without ONNX Runtime beside it. */
async function loadElsewhere(env: Record<string, string>): Promise<Record<string, unknown>> {
  const folder = tempFolder();
  for (const path of [
    'dist',
    'package.json',
    'build/Release',
    'node_modules/bindings',
    'node_modules/file-uri-to-path',
  ]) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  const work = join(folder, 'work');
  mkdirSync(work);
  writeFileSync(join(work, 'model.onnx'), identity());
  const script = join(folder, 'load.mjs');
  writeFileSync(
    script,
    `import { Engine } from './dist/esm/index.js';
    const report = (value) => console.log(JSON.stringify(value));
    await Engine.load('model.onnx').then(
      async (engine) => { report({ loaded: engine.name }); await engine.close(); },
      (error) => report({ name: error.name, code: error.code, message: error.message, details: error.details }));`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: work, env });
  return JSON.parse(stdout);
}

describe('findOnnxRuntime()', () => {
  test('finds the library of onnxruntime-node', () => {
    expect(existsSync(findOnnxRuntime())).toBe(true);
  });

  test('rejects the load with BACKEND_UNAVAILABLE that lists what was tried and the command that helps', async () => {
    const error = await loadElsewhere({});
    expect(error).toMatchObject({
      name: 'NodeTensorRTError',
      code: 'BACKEND_UNAVAILABLE',
      details: { backend: 'cpu' },
    });
    const { tried } = error['details'] as { tried: string[] };
    const text = tried.join('\n');
    expect(text).toContain('onnxruntime-node');
    expect(text).toContain(`@node-tensorrt/${process.platform}-${process.arch}`);
    for (const line of tried) expect(error['message']).toContain(line);
    expect(error['message']).toContain('npm install');
  });

  test('takes NODE_TENSORRT_ONNXRUNTIME before everything else', async () => {
    expect(await loadElsewhere({ NODE_TENSORRT_ONNXRUNTIME: findOnnxRuntime() })).toEqual({ loaded: 'model.onnx' });
  });

  test('names the path of NODE_TENSORRT_ONNXRUNTIME when that is no such library', async () => {
    const path = join(tempFolder(), 'libnothing.so');
    const missing = await loadElsewhere({ NODE_TENSORRT_ONNXRUNTIME: path });
    expect(missing).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { path, cause: expect.stringMatching(/\S/) },
    });
    writeFileSync(path, 'no library');
    expect(await loadElsewhere({ NODE_TENSORRT_ONNXRUNTIME: path })).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining(path),
    });
  });
});
