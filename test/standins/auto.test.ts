import { describe, expect, test } from 'vitest';
import { identity, nonZero } from '../fixtures/models.js';
import { load, modelIn, script, workFolder } from './support.js';

/** What a load of a model that says nothing of its backend comes to, twice in a process. */
async function loadedTwice(model: string, env: Record<string, string> = {}, options = '{}') {
  const { stdout, stderr } = await script(
    `
    process.on('warning', ({ code }) => console.log('warning', code));
    for (let i = 0; i < 2; i++) {
      const engine = await lib.Engine.load(${JSON.stringify(model)}, ${options});
      const { backend, device, deviations } = engine.placement;
      console.log(backend, device, deviations.map(({ option, asked, inForce }) => [option, asked, inForce].join()).join());
      await engine.close();
    }
    `,
    env,
  );
  return stdout + stderr;
}

describe('a model that says nothing of its backend', () => {
  test('runs on the GPU by TensorRT, and the second time from the cache', async () => {
    const model = modelIn(workFolder(), identity());
    const reasons = [];
    for (let i = 0; i < 2; i++) reasons.push((await load(model)).placement.plan?.reason);
    expect(reasons).toEqual(['no plan of this model is in the cache', 'it is in the cache']);
    expect(await loadedTwice(model)).toBe('tensorrt cuda:0 \n'.repeat(2));
  });

  test('runs on the CPU where no TensorRT is, which is no deviation', async () => {
    const model = modelIn(workFolder(), identity());
    const nowhere = { NODE_TENSORRT_LIBRARY_PATH: '/nowhere', LD_LIBRARY_PATH: '' };
    expect(await loadedTwice(model, nowhere)).toBe('cpu cpu \n'.repeat(2));
  });

  test('runs on the CPU where no driver is', async () => {
    const model = modelIn(workFolder(), identity());
    expect(await loadedTwice(model, { NODE_TENSORRT_CUDA_LIBRARY: '/nowhere/libcuda.so.1' })).toBe(
      'cpu cpu \n'.repeat(2),
    );
  });

  test('runs on the CPU with a warning where TensorRT does not take it', async () => {
    const model = modelIn(workFolder(), nonZero());
    const { stdout, stderr } = await script(
      `
      process.on('warning', ({ code, message }) => console.log(code, message));
      for (const fallback of ['error', 'warn', 'allow']) {
        const engine = await lib.Engine.load(${JSON.stringify(model)}, { fallback });
        console.log(engine.backend, engine.placement.deviations);
        await new Promise(setImmediate);
      }
      `,
      { NODE_NO_WARNINGS: '1' },
    );
    const deviation = String.raw`cpu \[\s+\{\s+option: 'backend',\s+asked: 'auto',\s+inForce: 'cpu',\s+reason: "[^"]*depends on data[^"]*"\s+\}\s+\]\n`;
    const warning = String.raw`NODE_TENSORRT_FALLBACK engine 'model\.onnx' runs on the CPU: .*depends on data.*\n`;
    expect(stdout + stderr).toMatch(new RegExp(`^${deviation}${warning}${deviation}${warning}${deviation}$`));
  });

  test('that is none is told what it is, without a warning', async () => {
    const folder = workFolder();
    expect(
      (await script(`await lib.Engine.load('${folder}/none.onnx').catch(({ code }) => console.log(code));`)).stderr,
    ).toBe('');
  });

  test.each([{ device: 'cpu' }, { backend: 'cpu' }] as const)('runs on the CPU with %o', async (options) => {
    const engine = await load(modelIn(workFolder(), identity()), options);
    expect(engine.placement).toMatchObject({ backend: 'cpu', deviations: [] });
  });

  test('runs on the GPU that it names, or not at all', async () => {
    const model = modelIn(workFolder(), identity());
    expect((await load(model, { device: 0 })).placement.device).toBe('cuda:0');
    await expect(load(model, { device: 7 })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { reason: 'no-gpu', option: 'options.device' },
    });
    expect((await load(model)).backend).toBe('tensorrt');
    expect((await load(model, { device: 7, fallback: 'allow' })).backend).toBe('cpu');
  });

  test('is told what is wrong with profiles that it gives', async () => {
    const profiles = { nothing: { min: [1], opt: [1], max: [1] } };
    await expect(load(modelIn(workFolder(), identity()), { profiles })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('options.profiles'),
    });
  });
});
