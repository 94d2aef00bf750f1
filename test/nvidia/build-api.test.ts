// The real TensorRT-RTX builds the real models, as a user asks for it: build() and its cache.

import { readFileSync, writeFileSync } from 'node:fs';
import path, { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type BuildOptions, build, type Progress, verifyPlan } from '../../dist/esm/index.js';
import { batchSizes, checkedModels } from '../../scripts/lib/nvidia/models.mjs';
import { mlp } from '../fixtures/models.js';
import { rejection } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';
import { modelFile, programs } from './programs.js';

let folder: string;
beforeEach(() => {
  folder = tempFolder();
  vi.stubEnv('NODE_TENSORRT_BUILDER_PATH', path.dirname(programs.builder));
  vi.stubEnv('NODE_TENSORRT_LIBRARY_PATH', programs.rtxLib);
  vi.stubEnv('NODE_TENSORRT_CACHE_DIR', join(folder, 'cache'));
  vi.stubEnv('NODE_TENSORRT_KEY_FILE', join(folder, 'plan.key'));
  return () => {
    vi.unstubAllEnvs();
  };
});

const make = (file: string, options: Partial<BuildOptions>) =>
  build(file, { output: join(folder, 'out.plan'), targets: ['sm80', 'sm86', 'sm89', 'sm120'], ...options });

const [min, opt, max] = batchSizes;
const models = [
  ...checkedModels.map(({ name, file, input, dims }) => ({
    name,
    file: () => file,
    profile: { [input]: { min: [min, ...dims], opt: [opt, ...dims], max: [max, ...dims] } },
  })),
  { name: 'an MLP', file: () => modelFile(mlp({ layers: 2, width: 64 })), profile: undefined },
];

describe.each(models)('$name', ({ file, profile }) => {
  const profiles = profile === undefined ? {} : { profiles: profile };

  test.each(['fp32', 'fp16', 'bf16'] as const)(
    'is built in %s, one plan for all GPUs from sm80 on',
    async (precision) => {
      const report = await make(file(), { ...profiles, precision });
      expect(report).toMatchObject({ cached: false, backend: 'tensorrt-rtx', ignored: [], warnings: [] });
      const { header } = await verifyPlan(report.output);
      expect(header.model.precision).toBe(precision);
      expect(header.targets).toEqual(['sm80', 'sm86', 'sm89', 'sm120']);
      expect(header.payload.bytes).toBeGreaterThan(10_000);
      expect(header.layers.length).toBeGreaterThan(2);
      if (precision !== 'fp32') expect(header.layers.some((layer) => layer.precision !== 'float32')).toBe(true);
    },
  );

  test('is built for sm75 in fp16, and float32 is refused only where NVIDIA refuses it', async () => {
    await make(file(), { ...profiles, targets: 'sm75', precision: 'fp16' });
    const float32 = make(file(), { ...profiles, targets: 'sm75' });
    // Convolutions alone pass.
    if (file().includes('det')) await float32;
    else expect(await rejection(float32)).toMatchObject({ code: 'BUILD_FAILED', details: { reason: 'target' } });
  });
});

describe('build() with the real TensorRT-RTX', () => {
  test('tells phases and steps, and takes the second plan from the cache', async () => {
    const [model] = checkedModels.filter(({ name }) => name === 'open_nsfw');
    const told: Progress[] = [];
    const first = await make(model?.file ?? '', { targets: 'sm86', onProgress: (state) => told.push(state) });
    const built = readFileSync(first.output);
    const fractions = told.map(({ fraction }) => fraction);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(told.filter(({ stage, phase }) => stage === 'building' && phase !== '').length).toBeGreaterThan(0);
    expect(first.peakBytes).toBeGreaterThan(50e6);
    expect(await make(model?.file ?? '', { targets: 'sm86' })).toMatchObject({ cached: true });
    expect(readFileSync(first.output).equals(built)).toBe(true);
  });

  test('names the node that the parser refuses', async () => {
    const file = modelFile({
      imports: { example: 1 },
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [{ op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['y'] }],
    });
    const error = await rejection(make(file, {}));
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      details: { reason: 'refused-nodes', nodes: [{ node: 0, name: 'strange' }] },
    });
  });

  test('fails within its limit of memory, and with room it does not', async () => {
    const file = modelFile(mlp({ layers: 4, width: 1024 }));
    const error = await rejection(make(file, { buildMemoryBytes: 2 ** 25 }));
    expect(['OUT_OF_MEMORY', 'BUILD_FAILED']).toContain(error.code);
    await make(file, { buildMemoryBytes: 2 ** 31 });
  });

  test('stops within a second, in the middle of a build', async () => {
    const file = checkedModels[1]?.file ?? '';
    const controller = new AbortController();
    let aborted = 0;
    const onProgress = ({ stage }: Progress) => {
      if (stage !== 'building' || aborted > 0) return;
      aborted = performance.now();
      controller.abort(new Error('enough'));
    };
    const profiles = { x: { min: [1, 3, 48, 320], opt: [8, 3, 48, 320], max: [32, 3, 48, 320] } };
    await expect(make(file, { profiles, signal: controller.signal, onProgress })).rejects.toThrow('enough');
    expect(performance.now() - aborted).toBeLessThan(1000);
  });

  test('says that a plan without weights needs a GPU where it is built', async () => {
    const error = await rejection(make(modelFile(mlp({ layers: 2, width: 64 })), { stripWeights: true }));
    expect(error).toMatchObject({ code: 'BUILD_FAILED', message: expect.stringContaining('was seen to need a GPU') });
  });

  test('says what was looked for where there is no library', async () => {
    vi.stubEnv('NODE_TENSORRT_LIBRARY_PATH', folder);
    writeFileSync(join(folder, 'libtensorrt_rtx.so.1'), 'no library');
    const error = await rejection(make(modelFile(mlp({ layers: 2, width: 64 })), {}));
    expect(error).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(error.message).toContain(join(folder, 'libtensorrt_rtx.so.1'));
  });
});
