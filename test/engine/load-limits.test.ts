import { linkSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelLimits } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { compiledNode, functionTower, longChain, recursiveFunction, sparseTensor } from '../fixtures/hostile-models.js';
import { bigWeights, identity, withExternalData } from '../fixtures/models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const refusal = (reason: string, details = {}) => failure('MODEL_INVALID', { reason, ...details });

describe('load() of a model that asks for too much', () => {
  test('refuses functions that become 7 · 10^10 nodes', async () => {
    const model = functionTower(12, 8);
    expect(model.length).toBeLessThan(5000);
    const option = 'options.limits.nodes';
    await expect(load(model)).rejects.toEqual(refusal('too-many-nodes', { option, expected: 'at most 100000' }));
  });

  test('refuses calls so deep that ONNX Runtime overflows its stack', async () => {
    await expect(load(functionTower(5000, 1))).rejects.toEqual(refusal('nested-too-deep'));
  });

  test('refuses a function that calls itself', async () => {
    await expect(load(recursiveFunction())).rejects.toEqual(refusal('recursive-function', { function: 'f' }));
  });

  test('takes functions that stay small', async () => {
    const engine = await load(functionTower(3, 3));
    expect(numbers(await engine.run({ x: f32([5]) }), 'y')).toEqual([-5]);
  });

  test('refuses a sparse tensor that becomes 8 GiB', async () => {
    await expect(load(sparseTensor([2 ** 31]))).rejects.toEqual(refusal('too-many-bytes'));
  });

  test('takes a sparse tensor that stays small', async () => {
    const engine = await load(sparseTensor([1000]));
    expect(numbers(await engine.run({ x: f32([5]) }), 'y')).toEqual([6]);
  });

  test('refuses a declared shape beyond all memory', async () => {
    const model = identity('float32', [2 ** 40, 2 ** 20]);
    await expect(load(model)).rejects.toEqual(refusal('too-many-elements', { option: 'options.limits.elements' }));
  });

  test('refuses compiled code and paths to it', async () => {
    await expect(load(compiledNode('../../secret.bin'))).rejects.toEqual(refusal('compiled-code'));
  });
});

describe('options.limits', () => {
  const cases: [keyof ModelLimits, Uint8Array, number, string][] = [
    ['nodes', longChain(50), 50, 'too-many-nodes'],
    ['elements', identity('float32', [10, 10]), 100, 'too-many-elements'],
    ['declaredBytes', bigWeights(1), 2 ** 20, 'too-many-bytes'],
  ];

  test.each(cases)('%s: the limit itself is allowed, one less is not', async (limit, model, most, reason) => {
    await load(model, { limits: { [limit]: most } });
    const option = `options.limits.${limit}`;
    await expect(load(model, { limits: { [limit]: most - 1 } })).rejects.toEqual(
      refusal(reason, { option, expected: `at most ${most - 1}` }),
    );
  });

  test('hardLinks: a file with a second name is refused, unless allowed', async () => {
    const folder = tempFolder();
    const path = withExternalData(folder);
    renameSync(join(folder, 'weights.bin'), join(folder, 'elsewhere.bin'));
    linkSync(join(folder, 'elsewhere.bin'), join(folder, 'weights.bin'));
    await expect(load(path)).rejects.toEqual(refusal('external-data-hard-linked', { location: 'weights.bin' }));
    const engine = await load(path, { limits: { hardLinks: true } });
    expect(numbers(await engine.run({ x: f32([10, 20, 30, 40]) }), 'y')).toEqual([11, 22, 33, 44]);
  });
});
