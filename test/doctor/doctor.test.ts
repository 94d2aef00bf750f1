import { join } from 'node:path';
import { doctor, type LoaderSearch } from 'node-tensorrt';
import { writeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { compareVersions, isInRange } from '../../dist/esm/doctor/requirements.js';
import { loadAddon } from '../../dist/esm/native/load.js';
import { emptyModel, input, op, output } from '../support/graph-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { examineFake, finding } from './fake-findings.js';
import { h100, healthy, l4, machineOf, noLibraries, withGpus } from './fake-machine.js';

describe('TensorRT', () => {
  const found = (path: string, parser = '/p.so') => ({ path, parser, version: '11.2.1.2' });
  const only = (search: Partial<LoaderSearch>) =>
    noLibraries.map((one): LoaderSearch => (one.flavour === search.flavour ? { ...one, ...search } : one));

  test('that cannot be used is a warning with the reason', async () => {
    const tried = [{ path: '/opt/libnvinfer.so.11', cause: 'is version 10.3.0, and 11.0 or later is needed' }];
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', tried }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({
      severity: 'warning',
      found: '/opt/libnvinfer.so.11',
      reason: expect.stringContaining('10.3.0'),
    });
  });

  test('that lacks a library of its own is a warning, not nothing', async () => {
    const tried = [
      {
        path: '/opt/libnvinfer.so.11',
        cause:
          'cannot open /opt/libnvinfer.so.11: libcudart.so.13: cannot open shared object file: No such file or directory',
      },
    ];
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', tried }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({ severity: 'warning', reason: expect.stringContaining('libcudart.so.13') });
  });

  test('without a resource for the GPU runs plans, and builds none', async () => {
    const fake = withGpus([h100], {
      files: { '/opt/trt/libnvinfer_builder_resource_ptx.so.11.2.1': '' },
      libraries: only({ flavour: 'tensorrt', found: found('/opt/trt/libnvinfer.so.11') }),
    });
    const one = await finding(fake, 'tensorrt/tensorrt/gpu/0');
    expect(one).toMatchObject({ severity: 'warning', found: 'libnvinfer_builder_resource_sm90.so is not in /opt/trt' });
    expect(one?.reason).toContain('resources for ptx');
  });

  test('is not known where the process that looks for it fails', async () => {
    const problem = 'the process that looks for it was ended by SIGSEGV';
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', problem }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({ severity: 'warning', found: 'not known', reason: problem });
  });

  test.each([
    ['win32', 'nvinfer_11.dll', 'cannot open nvinfer_11.dll: system error 126'],
    [
      'darwin',
      'libnvinfer.so.11',
      "cannot open libnvinfer.so.11: dlopen(libnvinfer.so.11, 0x0005): tried: '/usr/lib' (no such file)",
    ],
  ] as const)('that is not there is no warning on %s either', async (platform, path, cause) => {
    const libraries = only({ flavour: 'tensorrt', tried: [{ path, cause }] });
    expect(await finding({ platform, libraries }, 'tensorrt/tensorrt')).toMatchObject({
      severity: 'info',
      found: 'none',
    });
  });

  test('without a parser builds nothing from ONNX', async () => {
    const libraries = only({ flavour: 'tensorrt', found: found('libnvinfer.so.11', '') });
    expect(await finding({ ...healthy, libraries }, 'tensorrt/tensorrt/parser')).toMatchObject({ severity: 'warning' });
  });

  test('without our builder builds and loads nothing', async () => {
    const libraries = only({ flavour: 'tensorrt', found: found('libnvinfer.so.11') });
    const one = await finding(
      { ...healthy, libraries, builderProblem: 'it is not there' },
      'tensorrt/tensorrt/builder',
    );
    expect(one).toMatchObject({ severity: 'warning', reason: expect.stringContaining('it is not there') });
  });

  test('-RTX does not run on an H100', async () => {
    const libraries = only({ flavour: 'tensorrt-rtx', found: found('/opt/rtx.so') });
    const one = await finding(withGpus([h100], { libraries }), 'tensorrt/tensorrt-rtx/gpu/0');
    expect(one).toMatchObject({ severity: 'info', found: 'NVIDIA H100 80GB HBM3: 9.0' });
  });
});

describe('what is required', () => {
  test.each(['gpu', 'tensorrt', 'tensorrt-rtx'] as const)('%s, and is missing, is an error', async (name) => {
    const report = await examineFake(healthy, [name]);
    expect(report.ok).toBe(false);
    expect(report.findings.at(-1)).toMatchObject({ id: `require/${name}`, severity: 'error' });
  });
});

test('the addon knows the flavours of TensorRT, and no other', () => {
  expect(() => loadAddon().findTensorRt('cuda')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

describe('on this machine', () => {
  test('tells of the library itself, with a model', async () => {
    const report = await doctor({ model: 'test/fixtures/none.onnx' });
    const byId = Object.fromEntries(report.findings.map((one) => [one.id, one]));
    expect(byId['software/addon']).toMatchObject({ severity: 'ok' });
    expect(byId['software/onnxruntime']).toMatchObject({ severity: 'ok' });
    expect(byId['model/file']).toMatchObject({ severity: 'error', reason: expect.stringContaining('none.onnx') });
    expect(report.libraries.map(({ flavour }) => flavour)).toEqual(['tensorrt', 'tensorrt-lean', 'tensorrt-rtx']);
    for (const { found, tried } of report.libraries) expect(found ?? tried.length).not.toBe(0);
  });

  test('says what TensorRT would refuse of a model', async () => {
    const path = join(tempFolder(), 'model.onnx');
    const model = emptyModel();
    const x = input(model, 'x', 'float32', [2]);
    output(model, op(model, 'Det', [input(model, 'm', 'float32', [2, 2])], 'd'), 'float32');
    output(model, op(model, 'Relu', [x], 'y'), 'float32');
    await writeModel(model, path);
    const found = (await examine(machineOf(healthy), [], path)).findings.filter(({ id }) => id.startsWith('model/'));
    expect(found.map(({ id, severity }) => [id, severity])).toEqual([
      ['model/memory', 'info'],
      ['model/tensorrt', 'info'],
      ['model/tensorrt-rtx', 'info'],
    ]);
    expect(found[1]).toMatchObject({
      found: '1 thing that it would refuse',
      reason: expect.stringContaining("node 'd'"),
    });
    const onGpu = await examine(machineOf(withGpus([l4])), [], path);
    expect(onGpu.findings.find(({ id }) => id === 'model/tensorrt')).toMatchObject({ severity: 'warning' });
  });

  test.each([
    [{ require: ['cuda'] }, /options\.require\[0\]/],
    [{ require: 'gpu' }, /options\.require/],
    [{ modell: 'x' }, /modell/],
    [{ model: 42 }, /options\.model/],
    [{ model: '' }, /options\.model/],
  ])('%j is refused', async (options, text) => {
    await expect(doctor(options as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(text),
    });
  });
});

test.each([
  ['580.65.06', '580.159.04', -1],
  ['580.65', '580.65.0', 0],
  ['11.2', '9.9', 1],
])('%s against %s', (a, b, order) => {
  expect(Math.sign(compareVersions(a, b))).toBe(order);
});

test.each([
  ['1.30.0', '>=1.30.0 <2', true],
  ['2.0.0', '>=1.30.0 <2', false],
  ['1.29.9', '>=1.30.0 <2', false],
  ['0.35.0-rc.1', '>=0.35.0 <1', true],
  ['1.0.0', 'latest', false],
])('%s in %s: %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected);
});
