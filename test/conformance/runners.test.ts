import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { identity, matmul16 } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';
import { readBundle, writeBundle } from './bundle.mjs';
import { drive } from './drive.mjs';

/** Runs three models through a runner: one that works, one that does not load, and one with a wrong input. */
async function runThree(runner: string, args: unknown[]) {
  const dir = tempFolder();
  const script = fileURLToPath(new URL(`runners/${runner}.mjs`, import.meta.url));
  const a = { name: 'a', type: 1, dims: [16, 16], data: Buffer.alloc(1024, 0x3f) };
  writeFileSync(join(dir, 'matmul.onnx'), matmul16());
  writeFileSync(join(dir, 'identity.onnx'), identity());
  writeFileSync(join(dir, 'damaged.onnx'), matmul16().subarray(0, 100));
  writeBundle(join(dir, 'inputs'), [a]);
  const items = ['matmul', 'damaged', 'identity'].map((name) => ({
    name,
    model: join(dir, `${name}.onnx`),
    inputs: join(dir, 'inputs'),
    outputs: join(dir, `${name}.outputs`),
  }));
  const command = (list: string) => [process.execPath, script, list, ...args.map((arg) => JSON.stringify(arg))];
  const { outcomes, problem } = await drive(command, items, { dir });
  const stages = ['matmul', 'damaged', 'identity'].map((name) => outcomes.get(name));
  return { stages, problem, outputs: readBundle(join(dir, 'matmul.outputs')) };
}

describe('the runner of this library', () => {
  test.each([
    ['one by one, from files', [{ threads: 1, inlineBelowUs: 1_000_000 }, 1, false]],
    ['at the same time, from bytes', [{ threads: 2, instances: 2, inlineBelowUs: 0 }, 3, true]],
  ])('reports what works and what fails, %s', async (_, args) => {
    const { stages, problem, outputs } = await runThree('ours', args);
    expect(problem).toBeNull();
    expect(stages).toMatchObject([
      { stage: 'ok', notes: [] },
      { stage: 'load', code: 'MODEL_INVALID' },
      { stage: 'run', code: 'INVALID_ARGUMENT' },
    ]);
    expect(outputs).toMatchObject([{ name: 'y', type: 1, dims: [16, 16] }]);
  });

  test('reports memory that is not given back', async () => {
    const { problem } = await runThree('ours', [{ threads: 1 }, 1, false, true]);
    expect(problem).toMatch(/\d+ bytes of native memory are still allocated/);
  });
});

test('the runner of onnxruntime-node reports what works and what fails', async () => {
  const { stages, problem, outputs } = await runThree('onnxruntime-node', []);
  expect(problem).toBeNull();
  expect(stages).toMatchObject([{ stage: 'ok' }, { stage: 'load', code: '' }, { stage: 'run', code: '' }]);
  expect(outputs).toMatchObject([{ name: 'y', type: 1, dims: [16, 16] }]);
});
