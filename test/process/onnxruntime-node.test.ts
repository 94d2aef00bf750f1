import { describe, expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16');

describe.each(['theirs first', 'ours first'])('onnxruntime-node in the same process, %s', (order) => {
  it.each([
    ['with both still open', 'open'],
    ['after theirs and then ours was closed', 'released'],
    ['by process.exit() with a run in flight', 'exit'],
  ])('computes right beside it and ends cleanly %s', async (_, ending) => {
    const child = await runChild('onnxruntime-node.mjs', { args: [order, ending], env });
    expectEnding(child);
    expect(child.reports).toEqual([{ order, ending }]);
  });
});
