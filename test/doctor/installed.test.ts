import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding, InstalledLibrary, LoaderSearch } from 'node-tensorrt';
import { describe, expect, test, vi } from 'vitest';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { installedLibraries } from '../../dist/esm/doctor/installed.js';
import { openLibrary } from '../../dist/esm/doctor/libraries.js';
import { thisMachine } from '../../dist/esm/doctor/machine.js';
import { libraryFiles } from '../../dist/esm/doctor/places.js';
import { tempFolder } from '../support/temp-folder.js';
import { type FakeMachine, healthy, machineOf, noLibraries } from './fake-machine.js';

const SYSTEM = '/usr/lib/x86_64-linux-gnu';
const PYTHON = '/home/me/venv/lib/python3.12/site-packages';

const tree = (files: readonly string[], more: FakeMachine = {}): FakeMachine => ({
  ...healthy,
  ...more,
  files: { ...healthy.files, ...more.files, ...Object.fromEntries(files.map((file) => [file, ''])) },
});

const found = (path: string, version: string, flavour: LoaderSearch['flavour'] = 'tensorrt'): LoaderSearch[] =>
  noLibraries.map((one) => (one.flavour === flavour ? { ...one, found: { path, parser: '/p', version } } : one));

async function installed(fake: FakeMachine, flavour = 'tensorrt'): Promise<readonly InstalledLibrary[]> {
  return (await installedLibraries(machineOf(fake))).find((search) => search.flavour === flavour)?.installed ?? [];
}

async function findings(fake: FakeMachine): Promise<Finding[]> {
  return (await examine(machineOf(fake), [])).findings.filter(({ id }) => id.includes('/library/'));
}

describe('every TensorRT on the machine', () => {
  test.each([
    ['the variable, as a folder', '/a/libnvinfer.so.11', { NODE_TENSORRT_LIBRARY_PATH: '/gone:/a' }],
    ['the variable, as a file', '/a/libnvinfer.so.11', { NODE_TENSORRT_LIBRARY_PATH: '/a/libnvinfer.so.11' }],
    ["the loader's variable", '/a/libnvinfer_lean.so.11', { LD_LIBRARY_PATH: '/a' }],
    ["the system's folder", `${SYSTEM}/libnvinfer.so.11`, {}],
    ["the virtual environment's package", `${PYTHON}/tensorrt_libs/libnvinfer.so.11`, { VIRTUAL_ENV: '/home/me/venv' }],
    ['a package of the user', '/h/.local/lib/python3.11/site-packages/tensorrt_libs/libnvinfer.so.10', { HOME: '/h' }],
    ['a package of the system', '/usr/lib/python3/dist-packages/tensorrt_lean_libs/libnvinfer_lean.so.11', {}],
    [
      'ONNX Runtime of RTX',
      `${PYTHON}/onnxruntime_ep_nv_tensorrt_rtx/libtensorrt_rtx.so.1`,
      { CONDA_PREFIX: '/home/me/venv' },
    ],
    ['TENSORRT_ROOT', '/trt/lib/libnvinfer.so.11.2.1', { TENSORRT_ROOT: '/trt' }],
    ['the toolkit', '/usr/local/cuda/lib64/libnvinfer.so.11', {}],
    ['an archive', '/opt/TensorRT-11.2.1.2/lib/libnvinfer.so.11', {}],
    ['an archive of the user', '/h/TensorRT-RTX-1.7/lib/libtensorrt_rtx.so.1', { HOME: '/h' }],
  ])('is found in %s', (_, path, env) => {
    expect(libraryFiles(machineOf(tree([path], { env }))).map((one) => one.path)).toEqual([path]);
  });

  test('is found where the system is configured to look, and in PATH on Windows', () => {
    const conf = { '/etc/ld.so.conf.d/trt.conf': '# ours\n/srv/trt\n' };
    const linux = tree(['/srv/trt/libnvinfer.so.11'], { files: conf });
    expect(libraryFiles(machineOf(linux))).toHaveLength(1);
    const windows = tree(['C:/trt/nvinfer_11.dll'], { platform: 'win32', env: { PATH: 'C:/other;C:/trt' } });
    expect(libraryFiles(machineOf(windows))).toMatchObject([{ flavour: 'tensorrt', version: '11' }]);
  });

  test('is one file, whatever links lead to it; other libraries are none', () => {
    const names = ['libnvinfer.so', 'libnvinfer.so.11', 'libnvinfer.so.11.2.1', 'libnvinfer_plugin.so.11'];
    const links = { [`${SYSTEM}/libnvinfer.so.11`]: `${SYSTEM}/libnvinfer.so.11.2.1` };
    const fake = tree(
      names.map((name) => `${SYSTEM}/${name}`),
      { links },
    );
    expect(libraryFiles(machineOf(fake))).toMatchObject([{ path: `${SYSTEM}/libnvinfer.so.11`, version: '11.2.1' }]);
  });

  test('is told with whether it fits, the used one first', async () => {
    const paths = ['/opt/tensorrt/lib/libnvinfer.so.11', `${SYSTEM}/libnvinfer.so.11`, `${SYSTEM}/libnvinfer.so.10`];
    const fake = tree([...paths, '/opt/TensorRT-11.9/lib/libnvinfer.so.11'], {
      libraries: found(`${SYSTEM}/libnvinfer.so.11`, '11.2.1.2'),
      versions: { '/opt/tensorrt/lib/libnvinfer.so.11': '11.0.0.1' },
      links: { [`${SYSTEM}/libnvinfer.so.10`]: `${SYSTEM}/libnvinfer.so.10.3.0` },
    });
    const damaged = '/opt/TensorRT-11.9/lib/libnvinfer.so.11';
    expect(await installed(fake)).toEqual([
      { path: `${SYSTEM}/libnvinfer.so.11`, version: '11.2.1.2', fits: true, used: true, reason: '' },
      {
        path: `${SYSTEM}/libnvinfer.so.10`,
        version: '10.3.0',
        fits: false,
        used: false,
        reason: 'it is version 10.3.0; 11.x fits',
      },
      { path: damaged, version: '11', fits: false, used: false, reason: `cannot open ${damaged}: it is damaged` },
      { path: '/opt/tensorrt/lib/libnvinfer.so.11', version: '11.0.0.1', fits: true, used: false, reason: '' },
    ]);
    expect(await findings(fake)).toMatchObject([
      { id: 'tensorrt/tensorrt/library/0', severity: 'info', found: `10.3.0, ${SYSTEM}/libnvinfer.so.10` },
      { severity: 'info', reason: expect.stringContaining('damaged') },
      { severity: 'info', fix: 'NODE_TENSORRT_LIBRARY_PATH=/opt/tensorrt/lib' },
    ]);
  });

  test('is a warning where none of its kind is used', async () => {
    const path = '/opt/TensorRT-RTX-1.7/lib/libtensorrt_rtx.so.1';
    const fits = await findings(tree([path], { versions: { [path]: '1.7.1.116' } }));
    expect(fits).toMatchObject([
      {
        id: 'tensorrt/tensorrt-rtx/library/0',
        severity: 'warning',
        found: `1.7.1.116, ${path}`,
        reason: expect.stringContaining('not where it is looked for'),
        fix: 'NODE_TENSORRT_LIBRARY_PATH=/opt/TensorRT-RTX-1.7/lib',
      },
    ]);
    const old = await findings(tree([`${SYSTEM}/libnvinfer.so.8`]));
    expect(old).toMatchObject([{ severity: 'warning', reason: expect.stringContaining('11.x fits') }]);
    expect(old[0]?.fix).toContain('libnvinfer11');
  });

  test('is not opened again where the loader has tried it, nor without end', async () => {
    const opened: string[] = [];
    const paths = Array.from({ length: 20 }, (_, i) => `/opt/tensorrt${i + 10}/lib/libtensorrt_rtx.so.1`);
    const tried = [{ path: paths[0] as string, cause: 'it is version 1.4.0.7; needed is 1.5 or newer' }];
    const libraries = noLibraries.map((one) => (one.flavour === 'tensorrt-rtx' ? { ...one, tried } : one));
    const machine = machineOf(tree(paths, { libraries }));
    const counting = {
      ...machine,
      openLibrary: (...args: Parameters<typeof machine.openLibrary>) => {
        opened.push(args[1]);
        return machine.openLibrary(...args);
      },
    };
    const list = (await installedLibraries(counting))[2]?.installed ?? [];
    expect(list).toHaveLength(20);
    expect(list[0]).toMatchObject({ version: '1.4.0.7', fits: false });
    expect(opened).toEqual(paths.slice(1, 17));
    expect(list.at(-1)?.reason).toMatch(/not looked at/);
  });
});

test('what is no library is told as such by a process of its own', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'lib'));
  const path = join(folder, 'lib', 'libnvinfer.so.11');
  writeFileSync(path, 'no library');
  symlinkSync(path, join(folder, 'lib', 'libnvinfer.so.11.2'));
  expect(await openLibrary('tensorrt', path)).toMatchObject({ found: null, tried: [{ path }] });
  vi.stubEnv('TENSORRT_ROOT', folder);
  const all = (await installedLibraries(thisMachine)).flatMap((search) => search.installed);
  vi.unstubAllEnvs();
  expect(all.filter((one) => one.path.startsWith(folder))).toMatchObject([{ path, fits: false, used: false }]);
});
