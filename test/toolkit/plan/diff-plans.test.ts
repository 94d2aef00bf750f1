import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describePlan } from '../../../dist/esm/toolkit/plan/describe-plan.js';
import { diffPlanAndModel } from '../../../dist/esm/toolkit/plan/diff-plan-model.js';
import { diffPlans } from '../../../dist/esm/toolkit/plan/diff-plans.js';
import { hashOfPlanModel } from '../../../dist/esm/toolkit/plan/model-shapes.js';
import { mlp } from '../../fixtures/models.js';
import { failure } from '../../support/failure.js';
import { newUser, planDraft, planFile } from '../../support/plan-files.js';
import { tempFolder } from '../../support/temp-folder.js';

const nothing = { added: [], removed: [], changed: [] };
const same = { facts: [], options: nothing, inputs: nothing, outputs: nothing, profiles: nothing, layers: nothing };

const layer = (name: string, type = 'ACTIVATION', precision = 'float32') => ({
  name,
  type,
  precision,
  inputs: ['x'],
  outputs: [],
});

function modelFile(bytes = mlp({ layers: 1, width: 4 })): string {
  const path = join(tempFolder(), 'model.onnx');
  writeFileSync(path, bytes);
  return path;
}

/** A plan of a model. */
async function planOf(path: string) {
  const sha256 = await hashOfPlanModel(path);
  return planFile({ draft: planDraft({ model: { name: 'model.onnx', sha256, bytes: 100, precision: 'fp32' } }) });
}

describe('diffPlans()', () => {
  test('finds nothing between two plans that say the same, whenever they were built and whoever signed them', async () => {
    newUser();
    const first = await planFile();
    newUser();
    const second = await planFile({ draft: planDraft({ createdAt: '2027-01-01T00:00:00.000Z', buildMs: 5 }) });
    expect(await diffPlans(first.path, second.path)).toEqual(same);
  });

  test('finds what differs, by name', async () => {
    newUser();
    const first = await planFile({
      draft: planDraft({
        options: { optimizationLevel: 3, tf32: true },
        layers: [layer('a'), layer('b'), layer('b'), layer('c')],
      }),
    });
    const second = await planFile({
      bytes: 5000,
      draft: planDraft({
        version: '1.8.0.1',
        targets: ['sm86', 'sm89'],
        options: { optimizationLevel: 5, plugins: ['p'] },
        model: { name: 'model.onnx', sha256: 'b'.repeat(64), bytes: 1000, precision: 'fp16' },
        inputs: [{ name: 'x', type: 'float16', dims: ['N', 4] }],
        profiles: [{ x: { min: [1, 4], opt: [8, 4], max: [64, 4] } }, { x: { min: [1, 4], opt: [1, 4], max: [1, 4] } }],
        layers: [layer('b'), layer('b', 'ACTIVATION', 'float16'), layer('c', 'UNARY'), layer('d')],
        refittable: true,
      }),
    });
    const difference = await diffPlans(first.path, second.path);
    expect(difference).toEqual({
      facts: [
        { name: 'version', from: '1.7.1.116', to: '1.8.0.1' },
        { name: 'targets', from: 'sm86', to: 'sm86, sm89' },
        { name: 'model hash', from: 'aaaaaaaaaaaa', to: 'bbbbbbbbbbbb' },
        { name: 'precision', from: 'fp32', to: 'fp16' },
        { name: 'refittable', from: 'false', to: 'true' },
        { name: 'payload', from: expect.stringMatching(/^100 B, sha256 /), to: expect.stringMatching(/^4\.9 KiB, /) },
      ],
      options: {
        added: ['plugins'],
        removed: ['tf32'],
        changed: [{ name: 'optimizationLevel', from: '3', to: '5' }],
      },
      inputs: { ...nothing, changed: [{ name: 'x', from: 'float32 [N, 4]', to: 'float16 [N, 4]' }] },
      outputs: nothing,
      profiles: {
        added: ['profile 1, x'],
        removed: [],
        changed: [
          {
            name: 'profile 0, x',
            from: '[1, 4] to [32, 4], best [8, 4]',
            to: '[1, 4] to [64, 4], best [8, 4]',
          },
        ],
      },
      layers: {
        added: ['d'],
        removed: ['a'],
        changed: [
          { name: 'b (2)', from: 'ACTIVATION float32', to: 'ACTIVATION float16' },
          { name: 'c', from: 'ACTIVATION float32', to: 'UNARY float32' },
        ],
      },
    });
  });
});

describe('diffPlanAndModel()', () => {
  test('says that a plan is of a model, and that it is not of one with another weight', async () => {
    newUser();
    const bytes = mlp({ layers: 1, width: 4 });
    const model = modelFile(bytes);
    const { path } = await planOf(model);
    expect(await diffPlanAndModel(path, model)).toMatchObject({ builtFromIt: true, inputs: nothing, outputs: nothing });
    const other = bytes.slice();
    const at = other.byteLength >> 1;
    other[at] = (other[at] as number) ^ 1;
    const difference = await diffPlanAndModel(path, modelFile(other));
    expect(difference.builtFromIt).toBe(false);
    expect(difference.model).not.toBe(difference.planModel);
  });

  test('compares inputs and outputs', async () => {
    newUser();
    const model = modelFile(mlp({ layers: 1, width: 8 }));
    const difference = await diffPlanAndModel((await planOf(model)).path, model);
    const x = [{ name: 'x', from: 'float32 [N, 4]', to: 'float32 [N, 8]' }];
    expect(difference).toMatchObject({ builtFromIt: true, inputs: { changed: x } });
  });
});

describe('describePlan()', () => {
  test('counts layers, the most frequent first', async () => {
    newUser();
    const layers = [layer('a'), layer('b', 'CAST', 'float16'), layer('c', 'CAST', 'float16')];
    const { path } = await planFile({ draft: planDraft({ layers }) });
    const { derived } = await describePlan(path);
    expect(derived).toMatchObject({
      layersByType: [
        { name: 'CAST', layers: 2 },
        { name: 'ACTIVATION', layers: 1 },
      ],
      layersByPrecision: [
        { name: 'float16', layers: 2 },
        { name: 'float32', layers: 1 },
      ],
    });
  });

  test('refuses a model that the plan was not built from', async () => {
    newUser();
    const { path } = await planFile();
    const refused = describePlan(path, modelFile());
    await expect(refused).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'model', expected: 'aaaaaaaaaaaa' }));
    await expect(refused).rejects.toThrow('not the model that the plan was built from, model.onnx');
  });
});
