import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gpuItems } from '../../scripts/lib/gpu/items.mjs';
import { packKit, programFiles } from '../../scripts/lib/gpu/kit.mjs';
import { builtPrograms } from '../../scripts/lib/gpu/programs.mjs';
import { listItems, runAcceptance } from '../../scripts/lib/gpu/run.mjs';
import { run } from '../../scripts/lib/run.mjs';
import { programs as libraries } from './programs.js';

const programs = builtPrograms(null);
const all = Object.keys(gpuItems);
const ofTensorRt = all.filter((item) => /^(tensorrt|models)\//.test(item));
const ofDriver = all.filter((item) => !ofTensorRt.includes(item));
const noDriver = { NODE_TENSORRT_CUDA_LIBRARY: '/there/is/none' };

/** The names of the items with this result, of a run on the stand-ins. */
async function onStandins(env: Record<string, string> = {}, items: string[] = [], timeoutMs = 60_000) {
  const { machine, results, problem } = await runAcceptance(programs, { standins: true, items, env, timeoutMs });
  const named = (result: string) => results.filter((entry) => entry.result === result).map(({ item }) => item);
  const details = Object.fromEntries(results.map(({ item, detail }) => [item, detail]));
  return { machine, passed: named('passed'), failed: named('failed'), skipped: named('skipped'), details, problem };
}

test('gpu_acceptance has the items that docs/gpu-results.md tells of', async () => {
  expect(await listItems(programs)).toEqual(all);
});

describe('on the stand-ins', () => {
  test('all items pass with the stand-in of TensorRT, but for bfloat16, which it cannot compute', async () => {
    const { machine, passed, skipped, details } = await onStandins();
    expect(machine).toMatchObject({ standin: true, gpu: 'Stand-in GPU', computeCapability: '8.6', driver: '580.00' });
    expect(skipped, JSON.stringify(details)).toEqual(['models/bf16']);
    expect(passed, JSON.stringify(details)).toEqual(all.filter((item) => item !== 'models/bf16'));
    expect(details['tensorrt/run']).toContain('differs from ONNX Runtime');
    expect(details['models/fp16']).toMatch(/small-mlp: \d\d\.\d dB, built in/);
  });

  test('items of TensorRT are skipped with the reason where only the driver is a stand-in', async () => {
    const env = { NODE_TENSORRT_LIBRARY_PATH: libraries.tensorrtLib };
    const { skipped, details } = await onStandins(env, ofTensorRt);
    expect(skipped).toEqual(ofTensorRt);
    for (const item of ofTensorRt) expect(details[item]).toBe('the driver is a stand-in, and TensorRT is none');
  });

  test.each([
    ['buildSerializedNetwork', 'tensorrt/build'],
    ['enqueueV3:nth=2', 'tensorrt/graph'],
    ['enqueueV3:nth=1', 'models/fp32', [] as string[]],
  ])('the fault %s makes %s fail', async (fault, item, before = ['tensorrt/build']) => {
    const { failed, details } = await onStandins({ STANDIN_FAULTS: fault }, [...new Set([...before, item])]);
    expect(failed, JSON.stringify(details)).toEqual([item]);
  });

  test('a result that is further off than the case allows is a failure that says by how much', async () => {
    const models = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-'));
    cpSync(path.join(programs.models, 'cases', 'fp16'), path.join(models, 'cases', 'fp16'), { recursive: true });
    const text = path.join(models, 'cases', 'fp16', 'small-mlp', 'case.txt');
    writeFileSync(text, readFileSync(text, 'utf8').replace('snr 40', 'snr 99'));
    const { results } = await runAcceptance({ ...programs, models }, { standins: true, items: ['models/fp16'] });
    rmSync(models, { recursive: true });
    expect(results[0]).toMatchObject({ item: 'models/fp16', result: 'failed' });
    expect(results[0]?.detail).toMatch(/small-mlp: FAILED: y: \d\d\.\d dB over differences, at least 99 are wanted$/);
  });

  test('items of pools are skipped where the device has none', async () => {
    const env = { STANDIN_POOLS: '0' };
    const { passed, skipped, details } = await onStandins(env, ['memory/pool', 'memory/source']);
    expect([passed, skipped]).toEqual([['memory/source'], ['memory/pool']]);
    expect(details['memory/pool']).toBe('the device has no stream-ordered pools');
  });

  test.each([
    ['cuDevicePrimaryCtxRetain:nth=2,code=101', 'devices/context'],
    ['cuMemAlloc:nth=2', 'memory/device'],
    ['cuMemPoolTrimTo', 'memory/pool'],
    // Not the error that too much memory is.
    [
      'cuMemAllocFromPoolAsync:nth=1,code=1',
      'memory/pool-out-of-memory',
      ['memory/pool-out-of-memory', 'memory/pinned'],
    ],
    ['cuMemcpyDtoDAsync:nth=3,code=1', 'copies/round-trip'],
    ['cuEventElapsedTime:nth=2', 'copies/rates'],
    ['cuStreamWaitEvent:nth=100,code=1', 'streams/order'],
    ['cuLaunchHostFunc:code=1', 'streams/host-function'],
    ['cuGraphLaunch:nth=500,code=1', 'graphs/launch'],
    ['cuStreamEndCapture:nth=2,code=901', 'graphs/branches'],
  ])('the fault %s makes %s fail, and the others go on', async (fault, item, items: string[] = []) => {
    const subject = ofDriver.filter((name) => name.startsWith(`${item.split('/')[0]}/`));
    const tried = items.length > 0 ? items : subject;
    const { passed, failed, details } = await onStandins({ STANDIN_FAULTS: fault }, tried);
    expect(failed, JSON.stringify(details)).toEqual([item]);
    expect(details[item]).toContain(fault.split(':')[0]);
    expect(passed).toEqual(tried.filter((name) => name !== item));
  });

  test('nothing that needs the device passes once its context is lost', async () => {
    const faults = 'cuMemcpyDtoHAsync:run,code=700';
    const { failed, details } = await onStandins({ STANDIN_FAULTS: faults }, ['memory/device', 'graphs/launch']);
    expect(failed).toEqual(['memory/device', 'graphs/launch']);
    expect(details['memory/device']).toContain('CUDA_ERROR_ILLEGAL_ADDRESS');
  });

  test('an item that hangs, and those behind it, have failed', async () => {
    const items = ['driver/version', 'streams/order', 'graphs/launch'];
    const { passed, failed, details } = await onStandins({ STANDIN_FAULTS: 'cuEventSynchronize:hang' }, items, 3000);
    expect([passed, failed]).toEqual([['driver/version'], ['streams/order', 'graphs/launch']]);
    expect(details['streams/order']).toBe('the program did not end within 3 s');
    expect(details['graphs/launch']).toBe('not tried: the program had ended');
  });

  test('an item that ends the program has failed with what was said last', async () => {
    // The block of a pool is not given back after this, which the stand-in ends the process for.
    const faults = { STANDIN_FAULTS: 'cuMemcpyDtoHAsync:code=1' };
    const { failed, details } = await onStandins(faults, ['memory/pool', 'memory/pinned']);
    expect(failed).toEqual(['memory/pool', 'memory/pinned']);
    expect(details['memory/pool']).toMatch(/^the program was ended by SIGABRT: standin: VIOLATION leak/);
    expect(details['memory/pinned']).toBe('not tried: the program had ended');
  });
});

test('without a driver there is no machine, and what was looked for is told', async () => {
  const { machine, results, problem } = await runAcceptance(programs, { env: noDriver });
  expect([machine, results]).toEqual([null, []]);
  expect(problem).toContain('no CUDA driver: /there/is/none (');
});

describe('npm run test:gpu in a kit', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-'));
  const kit = path.join(dir, 'kit');
  const page = path.join(dir, 'gpu-results.md');
  const testGpu = (args: string[], env: Record<string, string>) =>
    run(process.execPath, [path.join(kit, 'scripts', 'test-gpu.mjs'), '--out', page, ...args], {
      env: { ...process.env, ...env },
    });

  beforeAll(async () => {
    await packKit(programFiles(programs), { source: '0.0.1' }, path.join(dir, 'parts'));
    const { code, output } = await run('sh', [path.join(dir, 'parts', 'join.sh'), dir]);
    expect(code, output).toBe(0);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('fails without a GPU, and writes nothing', async () => {
    const { code, output } = await testGpu([], noDriver);
    expect(code).toBe(1);
    expect(output).toContain('There is no GPU to try anything on, so nothing was written.');
    expect(existsSync(page)).toBe(false);
  });

  test('passes on the stand-ins, and writes nothing', async () => {
    const { code, output } = await testGpu(['--standins', '--item', 'driver/version', '--item', 'tensorrt/run'], {});
    expect(output).toContain('1 passed, 0 failed, 1 skipped on Stand-in GPU');
    expect(code).toBe(0);
    expect(existsSync(page)).toBe(false);
  });

  test('fails when an item does', async () => {
    const faults = { STANDIN_FAULTS: 'cuGraphLaunch:nth=9,code=1' };
    const { code, output } = await testGpu(['--standins', '--item', 'graphs/launch'], faults);
    expect(code).toBe(1);
    expect(output).toContain('FAILED  graphs/launch: cuGraphLaunch failed');
  });

  test('takes a stand-in that was not asked for as no GPU', async () => {
    const library = path.join(kit, 'gpu', 'standins', 'libcuda.so.1');
    const { code, output } = await testGpu([], { NODE_TENSORRT_CUDA_LIBRARY: library });
    expect(output).toContain('A stand-in is no GPU: nothing was written.');
    expect(code).toBe(1);
    expect(existsSync(page)).toBe(false);
  });

  test('names the items that there are', async () => {
    const { code, output } = await testGpu(['--item', 'driver/none'], {});
    expect(code).toBe(1);
    expect(output).toContain('There is no item driver/none; there are:\n  driver/version\n');
  });
});
