import { dirname } from 'node:path';
import { flavours, type TensorRtFlavour } from './libraries.js';
import type { Machine } from './machine.js';

/** A file that has the name of a library of TensorRT, of whatever version. */
export interface LibraryFile {
  readonly flavour: TensorRtFlavour;
  readonly path: string;
  /** Where links lead. */
  readonly file: string;
  /** As its name, and that of what links lead to, have it: '11', '11.2.1'. */
  readonly version: string;
}

const NAMES: Readonly<Record<TensorRtFlavour, RegExp>> = {
  tensorrt: /^(?:libnvinfer\.so\.(\d[\d.]*)|nvinfer_(\d+)\.dll)$/,
  'tensorrt-lean': /^(?:libnvinfer_lean\.so\.(\d[\d.]*)|nvinfer_lean_(\d+)\.dll)$/,
  'tensorrt-rtx': /^(?:libtensorrt_rtx\.so\.(\d[\d.]*)|tensorrt_rtx_(\d+)\.dll)$/,
};

/**
 * Every library of TensorRT that is in a usual place, each file once: where our loader looks
 * (native/backends/tensorrt/loader/places.h), where the system's looks, and where archives are unpacked.
 */
export function libraryFiles(machine: Machine): readonly LibraryFile[] {
  const found = new Map<string, LibraryFile>();
  for (const folder of new Set(folders(machine))) {
    // The shorter name is the one by which libraries are opened.
    for (const name of [...machine.names(folder)].sort((a, b) => a.length - b.length)) {
      const flavour = flavours.find((known) => NAMES[known].test(name));
      if (flavour === undefined) continue;
      const path = `${folder}/${name}`;
      const file = machine.realPath(path);
      const version = versionOf(flavour, file) ?? versionOf(flavour, name) ?? '';
      if (!found.has(file)) found.set(file, { flavour, path, file, version });
    }
  }
  return [...found.values()];
}

function versionOf(flavour: TensorRtFlavour, path: string): string | undefined {
  return NAMES[flavour]
    .exec(/[^/\\]*$/.exec(path)?.[0] ?? '')
    ?.slice(1)
    .find(Boolean);
}

function folders(machine: Machine): string[] {
  const { env, platform } = machine;
  const isWindows = platform === 'win32';
  const list = (name: string) => (env[name] ?? '').split(isWindows ? ';' : ':').filter(Boolean);
  const given = list('NODE_TENSORRT_LIBRARY_PATH');
  const prefixes = ['TENSORRT_ROOT', 'CUDA_PATH', 'CUDA_HOME', 'CONDA_PREFIX'].flatMap((name) => env[name] || []);
  return [
    ...given,
    ...given.map((path) => dirname(path)),
    ...(isWindows ? list('PATH') : list('LD_LIBRARY_PATH')),
    ...(isWindows ? [] : systemFolders(machine)),
    ...pythonFolders(machine),
    ...[...prefixes, '/usr/local/cuda', ...unpacked(machine)].flatMap((prefix) =>
      ['lib64', 'lib', 'bin'].map((name) => `${prefix}/${name}`),
    ),
  ];
}

/** Where the system's loader looks. */
function systemFolders(machine: Machine): string[] {
  const files = machine.names('/etc/ld.so.conf.d').map((name) => `/etc/ld.so.conf.d/${name}`);
  const lines = ['/etc/ld.so.conf', ...files].flatMap((file) => (machine.text(file) ?? '').split('\n'));
  const triplet = machine.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const usual = [
    '/usr/local/lib',
    `/lib/${triplet}`,
    `/usr/lib/${triplet}`,
    '/lib',
    '/usr/lib',
    '/lib64',
    '/usr/lib64',
  ];
  return [...lines.map((line) => line.trim()).filter((line) => line.startsWith('/')), ...usual];
}

/** Packages of Python that have libraries: tensorrt_libs, tensorrt_lean_libs, onnxruntime_ep_nv_tensorrt_rtx. */
function pythonFolders(machine: Machine): string[] {
  const { env, platform } = machine;
  const home = env['HOME'] ? [`${env['HOME']}/.local`] : [];
  const prefixes = [...['VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap((name) => env[name] || []), ...home];
  return [...prefixes, '/usr/local', '/usr'].flatMap((prefix) => {
    const pythons = machine.names(`${prefix}/lib`).filter((name) => name.startsWith('python3'));
    const packages =
      platform === 'win32'
        ? [`${prefix}/Lib/site-packages`]
        : pythons.flatMap((python) => ['site', 'dist'].map((kind) => `${prefix}/lib/${python}/${kind}-packages`));
    return packages.flatMap((folder) =>
      machine
        .names(folder)
        .filter((name) => /^tensorrt\w*_libs$|^onnxruntime_ep_nv_tensorrt_rtx$/.test(name))
        .map((name) => `${folder}/${name}`),
    );
  });
}

/** NVIDIA's archives, unpacked where people unpack them. */
function unpacked(machine: Machine): string[] {
  const home = machine.env['HOME'];
  return ['/opt', '/usr/local', ...(home ? [home] : [])].flatMap((folder) =>
    machine
      .names(folder)
      .filter((name) => /^tensorrt/i.test(name))
      .map((name) => `${folder}/${name}`),
  );
}
