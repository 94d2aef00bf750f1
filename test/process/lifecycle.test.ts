import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'slow', 'mlp', 'largest');

async function run(scenario: string): Promise<Record<string, unknown> | undefined> {
  const child = await runChild('lifecycle.mjs', { args: [scenario], execArgv: ['--expose-gc'], env });
  expectEnding(child);
  expect(child.reports).toHaveLength(1);
  return child.reports[0];
}

it('closes once however often close() is called, after what was accepted', async () => {
  expect(await run('close twice')).toEqual({ same: true, results: [1, 2] });
});

it('closes also when the last run is refused after its inputs were copied', async () => {
  expect(await run('refused while closing')).toEqual({ code: 'BUSY', into: 3 });
});

it('answers every use after close with NOT_OPEN and keeps the last statistics', async () => {
  expect(await run('use after close')).toEqual({
    codes: { run: 'NOT_OPEN', warmup: 'NOT_OPEN', runSync: 'NOT_OPEN' },
    completed: 1,
    name: 'matmul16.onnx',
  });
});

it('gives memory and threads of an open engine back when it is collected, and settles the runs in flight', async () => {
  expect(await run('collected while open')).toEqual({ held: true, answer: 5, left: 0, threadsLeft: 0 });
});
