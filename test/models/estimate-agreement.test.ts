// The estimate beside what the pool counts when real models are loaded and run; docs/many-models.md has the table.

import { Engine, estimateModel, memory, type TensorLike, type TensorMap } from 'node-tensorrt';
import { beforeAll, describe, expect, test } from 'vitest';
import { packagedModels } from '../../examples/ocr/models.mjs';
import { ensureSilero, sileroDir } from '../../scripts/lib/silero.mjs';
import { mlp } from '../fixtures/models.js';

beforeAll(ensureSilero, 300_000);

const { detection, recognition, direction } = packagedModels();
const MIB = 2 ** 20;
/**
 * What ONNX Runtime may take for a run, for each byte of the estimate: there is work space of convolutions beside the
 * tensors, and from the second run of a shape on it takes one block in which they do not lie without gaps.
 */
const MOST = 3;
/** What it may save, by writing in place and by fusing nodes. */
const LEAST = 0.7;

/** What the pool has more while the model is loaded, and at the peak of a run beyond that. */
async function measure(model: string | Uint8Array, inputs: TensorMap): Promise<{ weights: number; run: number }> {
  const base = memory.stats().allocatedBytes.current;
  const engine = await Engine.load(model, { batching: false, inlineBelowUs: 0, threads: 1 });
  const weights = memory.stats().allocatedBytes.current - base;
  await engine.run(inputs);
  memory.resetPeakStats();
  const before = memory.stats().allocatedBytes.current;
  await engine.run(inputs);
  const run = memory.stats().allocatedBytes.peak - before;
  await engine.close();
  return { weights, run };
}

const zeros = (dims: readonly number[]): TensorLike => {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
  return { type: 'float32', data, dims };
};

describe('estimateModel() and the pool agree', () => {
  test.each([
    ['detection of text, 640 × 640', detection, [1, 3, 640, 640], [1, 2]],
    ['recognition of text', recognition, [1, 3, 48, 320], [1, 8]],
    ['direction of text', direction, [1, 3, 48, 192], [1, 8]],
    ['a perceptron', mlp({ layers: 4, width: 512 }), [1, 512], [1, 256]],
  ] as const)('for %s', async (_, model, dims, batchSizes) => {
    const estimate = await estimateModel(model, { batchSizes, batching: false, inputDims: { x: dims } });
    const measured: object[] = [];
    for (const { batch, bytes, kind } of estimate.activations) {
      expect(kind).toBe('peak');
      const x = zeros([batch, ...dims.slice(1)]);
      const { weights, run } = await measure(model, { x });
      const inputBytes = (x.data as Float32Array).byteLength;
      const message = `batch ${batch}: estimated ${bytes}, measured ${run} with ${inputBytes} of inputs`;
      measured.push({ batch, estimate: bytes, run: run - inputBytes, weights: estimate.weightsBytes, inPool: weights });
      expect(run, message).toBeLessThanOrEqual(MOST * (bytes as number) + inputBytes + MIB);
      expect(run, message).toBeGreaterThanOrEqual(LEAST * (bytes as number) - MIB);
      expect(weights).toBeLessThanOrEqual(1.1 * estimate.weightsBytes + MIB);
    }
    if (process.env['NODE_TENSORRT_TEST_PRINT']) console.log(JSON.stringify(measured));
  });

  test.each(['silero_vad_v5.onnx', 'silero_vad_legacy.onnx'])(
    'on the weights of %s, of whose runs it says that it does not know all',
    async (file) => {
      const path = `${sileroDir}/${file}`;
      const inputDims = { input: [1, 512], state: [2, 1, 128], h: [2, 1, 64], c: [2, 1, 64] };
      const estimate = await estimateModel(path, { batchSizes: [1], inputDims });
      expect(estimate.activations[0]?.kind).toBe('at-least');
      const base = memory.stats().allocatedBytes.current;
      const engine = await Engine.load(path, { batching: false });
      expect(memory.stats().allocatedBytes.current - base).toBeLessThanOrEqual(1.1 * estimate.weightsBytes + MIB);
      await engine.close();
      expect(estimate.weightsBytes).toBeGreaterThan(0.5 * estimate.fileBytes);
      expect(estimate.graphBytes + estimate.weightsBytes).toBe(estimate.fileBytes);
    },
  );
});
