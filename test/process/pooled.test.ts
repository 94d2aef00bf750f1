import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('addTwo', 'slow');

async function run(scenario: string): Promise<Record<string, unknown>[]> {
  const child = await runChild('pooled.mjs', { args: [scenario], execArgv: ['--expose-gc'], env });
  expectEnding(child);
  return child.reports;
}

it('gives the memory of pooled tensors back when they are collected, but for what an array still lies in', async () => {
  expect(await run('collected')).toEqual([{ kept: 2 ** 20, answers: [2] }]);
});

it('gives it back when the worker that has them ends, with runs in flight', async () => {
  expect(await run('worker ends')).toEqual([{ code: 3, left: 0 }]);
});

it('keeps what another thread got by ArrayBuffer.prototype.transfer after the worker has ended', async () => {
  expect(await run('moved')).toEqual([{ kept: 2 }, { seen: [7] }]);
});
