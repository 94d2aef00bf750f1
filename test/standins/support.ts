// Models, plans and engines on the stand-ins for driver and TensorRT.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { type BuildOptions, build, Engine, type LoadOptions } from '../../dist/esm/index.js';
import { tempFolder } from '../support/temp-folder.js';

if (!process.env['NODE_TENSORRT_CUDA_LIBRARY']) {
  throw new Error('These tests run on the stand-ins: npm test -- standins');
}

export const backends = ['tensorrt', 'tensorrt-rtx'] as const;

/** A folder with cache and key of its own, for one test. */
export function workFolder(): string {
  const folder = tempFolder();
  vi.stubEnv('NODE_TENSORRT_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(folder, 'plan.key'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return folder;
}

export function modelIn(folder: string, bytes: Uint8Array): string {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, bytes);
  return file;
}

/** A plan for the GPU of this machine. */
export async function planIn(folder: string, model: string, options: Partial<BuildOptions> = {}): Promise<string> {
  const { output } = await build(model, { output: join(folder, 'model.plan'), backend: 'tensorrt', ...options });
  return output;
}

/** An engine that is closed with the test. */
export async function load(model: string | Uint8Array, options: LoadOptions = {}): Promise<Engine> {
  const engine = await Engine.load(model, options);
  onTestFinished(() => engine.close());
  return engine;
}

/** Runs a script in a process of its own, with this library as `lib`. Returns how it ended. */
export function script(
  text: string,
  env: Record<string, string> = {},
): Promise<{ code: number | null; signal: string | null; stdout: string; stderr: string }> {
  const library = fileURLToPath(new URL('../../dist/esm/index.js', import.meta.url));
  const source = `import * as lib from ${JSON.stringify(library)};\n${text}`;
  const child = spawn(process.execPath, ['--input-type=module', '-'], { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  child.stdin.end(source);
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
