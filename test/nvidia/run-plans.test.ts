// Plans that the addon runs by way of the backend modules, on the stand-ins, in processes of their own.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { onnxruntimeLibrary } from '../../scripts/lib/paths.mjs';
import { identity } from '../fixtures/models.js';
import { planFile, runBuilder } from './builder.js';
import { modelFile, programs, runProgram, standinRtx, standinTensorrt } from './programs.js';

const child = fileURLToPath(new URL('plan-child.mjs', import.meta.url));

/** The stand-in of TensorRT finds the driver by its name. */
const env = {
  LD_LIBRARY_PATH: programs.standins,
  NODE_TENSORRT_LIBRARY_PATH: programs.standins,
  NODE_TENSORRT_CUDA_LIBRARY: path.join(programs.standins, 'libcuda.so.1'),
  NODE_TENSORRT_NVML_LIBRARY: path.join(programs.standins, 'libnvidia-ml.so.1'),
  NODE_TENSORRT_ONNXRUNTIME: onnxruntimeLibrary() ?? '',
};

/** What is left when a process ends by itself is not looked for: the driver takes it back. */
const leavesAll = { STANDIN_LEAKS: 'context' };

describe.each([
  { flavour: 'tensorrt', module: programs.tensorrtModule, libraries: standinTensorrt },
  { flavour: 'tensorrt-rtx', module: programs.rtxModule, libraries: standinRtx },
])('a plan of $flavour', ({ flavour, module, libraries }) => {
  const build = async () => {
    const plan = planFile();
    const model = ['--model', modelFile(identity()), '--profile', 'one', '--shape', 'x=1x4,2x4,8x4'];
    const args = [module, 'build', ...libraries, ...model, '--plan', plan];
    expect(await runBuilder(args, { env })).toMatchObject({ code: 0 });
    return plan;
  };

  const run = async (scene: string, more: Record<string, string> = {}, file?: string) =>
    runProgram(process.execPath, [child, module, flavour, file ?? (await build()), scene], { ...env, ...more });

  test('is loaded, described and run, and leaves nothing behind', async () => {
    const { code, stdout, output } = await run('run');
    expect(code, output).toBe(0);
    const { facts, inputs, y, refused } = JSON.parse(stdout);
    expect(inputs).toEqual([{ name: 'x', type: 'float32', dims: ['rows', 4] }]);
    expect(facts.library).toMatchObject({ flavour });
    expect(facts.device).toMatchObject({ index: 0, computeCapability: '8.6' });
    expect(facts.profiles).toEqual([[{ input: 'x', min: [1, 4], opt: [2, 4], max: [8, 4] }]]);
    expect(y).toEqual({ dims: [3, 4], data: Array.from({ length: 12 }, (_, i) => i) });
    expect(refused).toMatchObject({ code: 'SHAPE_MISMATCH', details: { input: 'x', received: '[9, 4]' } });
  });

  test('is refused without a driver, and all that was tried is named', async () => {
    const { code, stdout, output } = await run('error', { NODE_TENSORRT_CUDA_LIBRARY: '/nowhere/libcuda.so.1' });
    expect(code, output).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
    expect(JSON.parse(stdout).message).toContain('/nowhere/libcuda.so.1');
  });

  test('is refused where it is no plan', async () => {
    const { stdout } = await run('error', {}, module);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'ENGINE_INCOMPATIBLE' });
  });

  test('lets the process exit while its engine is idle', async () => {
    const { code, output } = await run('idle', leavesAll);
    expect(code, output).toBe(7);
  });

  test.each([5, 20, 40, 80])('lets the process exit while it is being loaded, after %d ms', async (delay) => {
    const { code, output } = await run('loading', { ...leavesAll, EXIT_AFTER_MS: String(delay) });
    expect(code, output).toBe(7);
  });

  test.each([
    { how: 'computes', more: { STANDIN_COMPUTE_US: '20000' } },
    { how: 'hangs', more: { STANDIN_FAULTS: 'standin_enqueue:run,hang' } },
  ])('lets the process exit while the device $how', async ({ more }) => {
    const { code, output } = await run('running', { ...leavesAll, ...more });
    expect(code, output).toBe(7);
  });

  // Two engines fit into the device's memory.
  test('is given back by a worker that ends with its engine open', async () => {
    const { code, stdout, output } = await run('worker', { ...leavesAll, STANDIN_MEMORY: '200KiB' });
    expect(code, output).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ y: [0, 1, 2, 3] });
  });
});
