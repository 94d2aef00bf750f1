import type { LoaderSearch } from '../../dist/esm/doctor/libraries.js';
import type { Machine } from '../../dist/esm/doctor/machine.js';

/** A machine that is made of text. */
export interface FakeMachine {
  /** Files and what is in them. */
  files?: Record<string, string>;
  /** Files that may not be read and written. */
  denied?: readonly string[];
  env?: Record<string, string>;
  uid?: number;
  arch?: string;
  platform?: NodeJS.Platform;
  freeBytes?: number;
  /** What programs print, by command line. */
  programs?: Record<string, string | { failure: string }>;
  packages?: Record<string, string>;
  libraries?: readonly LoaderSearch[];
  /** Versions of libraries that can be opened, by path; of another there is an error. */
  versions?: Record<string, string>;
  /** Where links lead. */
  links?: Record<string, string>;
  /** Why there is no builder. */
  builderProblem?: string;
}

/** A Linux machine on which all is well, without a GPU. */
export const healthy: FakeMachine = {
  files: {
    '/proc/cpuinfo': 'processor : 0\nmodel name : A Processor\nflags : fpu avx avx2 avx512f avx512_vnni amx_int8\n',
    '/proc/meminfo': 'MemTotal: 33554432 kB\nMemAvailable: 16777216 kB\nSwapTotal: 0 kB\n',
    '/proc/sys/vm/swappiness': '60\n',
    '/proc/self/limits': 'Limit  Soft Limit  Hard Limit  Units\nMax open files  1024  1048576  files\n',
    '/sys/devices/system/node/node0/cpulist': '0-3',
  },
  uid: 1000,
};

const none = (flavour: LoaderSearch['flavour']): LoaderSearch => ({
  flavour,
  found: null,
  tried: [
    {
      path: `lib${flavour}.so`,
      cause: `cannot open lib${flavour}.so: lib${flavour}.so: cannot open shared object file: No such file or directory`,
    },
  ],
});

export const noLibraries = [none('tensorrt'), none('tensorrt-lean'), none('tensorrt-rtx')];

const DRIVER = '580.159.04';
const query =
  '--query-gpu=index,name,uuid,compute_cap,memory.total,memory.free,mig.mode.current,ecc.mode.current,' +
  'ecc.errors.uncorrected.volatile.total,persistence_mode,clocks.max.sm,temperature.gpu --format=csv,noheader,nounits';

/** The same with GPUs, each a line of nvidia-smi. */
export function withGpus(gpus: readonly string[], more: FakeMachine = {}): FakeMachine {
  return {
    ...healthy,
    ...more,
    files: {
      ...healthy.files,
      '/proc/driver/nvidia/version': `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${DRIVER}  Tue\nGCC version: 13\n`,
      '/dev/nvidiactl': '',
      '/dev/nvidia-uvm': '',
      '/dev/nvidia0': '',
      [`/usr/lib/x86_64-linux-gnu/libcuda.so.${DRIVER}`]: '',
      ...more.files,
    },
    programs: {
      [`nvidia-smi ${query}`]: gpus.join('\n'),
      'nvidia-smi --version':
        'NVIDIA-SMI version  : 580.159.04\nDRIVER version      : 580.159.04\nCUDA Version        : 13.0\n',
      ...more.programs,
    },
  };
}

export const smiQuery = `nvidia-smi ${query}`;
export const h100 = '0, NVIDIA H100 80GB HBM3, GPU-1, 9.0, 81559, 81000, Disabled, Enabled, 0, Enabled, 1980, 37';
export const l4 = '0, NVIDIA L4, GPU-2, 8.9, 23034, 22000, [N/A], Enabled, 0, Enabled, 2040, 40';

export function machineOf(fake: FakeMachine): Machine {
  const files = new Map(Object.entries(fake.files ?? {}));
  const isFolder = (path: string) => [...files.keys()].some((file) => file.startsWith(`${path}/`));
  return {
    platform: fake.platform ?? 'linux',
    arch: fake.arch ?? 'x64',
    env: fake.env ?? {},
    uid: fake.uid,
    text: (path) => files.get(path),
    names: (path) =>
      [
        ...new Set(
          [...files.keys()]
            .filter((file) => file.startsWith(`${path}/`))
            .map((file) => file.slice(path.length + 1).split('/')[0] ?? ''),
        ),
      ].sort(),
    access: (path) => (fake.denied?.includes(path) ? 'no' : files.has(path) || isFolder(path) ? 'yes' : 'absent'),
    disk: async () => ({ freeBytes: fake.freeBytes ?? 100 * 2 ** 30, totalBytes: 200 * 2 ** 30 }),
    run: async (program, args) => {
      const answer = fake.programs?.[[program, ...args].join(' ')];
      if (answer === undefined) return undefined;
      return typeof answer === 'string' ? { isGood: true, output: answer } : { isGood: false, output: answer.failure };
    },
    packageVersion: (name) => fake.packages?.[name],
    builderProblem: () => fake.builderProblem,
    realPath: (path) => fake.links?.[path] ?? path,
    libraries: async () => fake.libraries ?? noLibraries,
    openLibrary: async (flavour, path) => {
      const version = fake.versions?.[path];
      if (version !== undefined) return { flavour, found: { path, parser: '', version }, tried: [] };
      return { flavour, found: null, tried: [{ path, cause: `cannot open ${path}: it is damaged` }] };
    },
  };
}
