import type { Check, Facts } from '../facts.js';
import { error, type Finding, info, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';
import { compareVersions, requirements } from '../requirements.js';

/** Where the driver's libraries are installed. */
const libraryFolders = [
  ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'],
  ...['/usr/local/nvidia/lib64', '/usr/lib/wsl/lib'],
];

/** NVIDIA's driver: its version, its libraries, and whether this process may use it. */
export const driver: Check = (machine, facts) => {
  if (machine.platform !== 'linux') return [];
  const found = facts.driver;
  if (found === undefined) {
    const reason = 'without it models run on the CPU';
    return [info('driver/version', 'none', reason, 'for an NVIDIA GPU: install its driver, 580 or later')];
  }
  return [
    version(found),
    ...mismatch(machine, found, facts),
    ...deviceFiles(machine),
    ...libraryPath(machine, found),
    ...cuda(machine, facts),
  ];
};

function version(found: string): Finding {
  const tooOld = requirements.filter((requirement) => compareVersions(found, requirement.driver) < 0);
  const oldest = tooOld[0]?.driver;
  if (oldest === undefined) return ok('driver/version', found);
  const names = tooOld.map(({ flavour }) => flavour).join(', ');
  return error('driver/version', found, `${names} need ${oldest} or later`, 'install a newer driver, and restart');
}

/** The module in the kernel and the libraries are of one version, or nothing works. */
function mismatch(machine: Machine, kernel: string, { gpus }: Facts): Finding[] {
  const fix =
    'restart the machine; without: stop what uses the GPU, then rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && modprobe nvidia';
  if (/version mismatch/i.test(gpus.failure ?? '')) {
    return [
      error(
        'driver/nvml',
        gpus.failure ?? '',
        'the driver was updated, and its old module is still in the kernel',
        fix,
      ),
    ];
  }
  const libraries = libraryFolders.flatMap((folder) =>
    machine.names(folder).flatMap((name) => {
      const found = /^libcuda\.so\.(\d+\.\d+(?:\.\d+)?)$/.exec(name)?.[1];
      return found === undefined ? [] : [{ path: `${folder}/${name}`, found }];
    }),
  );
  if (libraries.length === 0) return [];
  const other = libraries.find(({ found }) => found !== kernel);
  if (other === undefined) return [ok('driver/libraries', libraries.map(({ path }) => path).join(', '))];
  const reason = `the kernel has ${kernel}: calls fail until both are of one version`;
  return [error('driver/libraries', other.path, reason, fix)];
}

function deviceFiles(machine: Machine): Finding[] {
  const numbered = machine.names('/dev').filter((name) => /^nvidia\d+$/.test(name));
  return ['nvidiactl', 'nvidia-uvm', ...numbered].map((name) => {
    const path = `/dev/${name}`;
    const access = machine.access(path);
    if (access === 'yes') return ok(`driver/${name}`, path);
    if (access === 'absent') {
      const reason = name === 'nvidia-uvm' ? 'CUDA cannot be used without it' : 'the GPU cannot be used without it';
      return error(
        `driver/${name}`,
        `${path} is not there`,
        reason,
        'nvidia-modprobe -u -c=0; in a container: --gpus all',
      );
    }
    return error(
      `driver/${name}`,
      `${path} is not to be read and written`,
      'this user may not use the GPU',
      `usermod -aG video USER, or chmod a+rw ${path}`,
    );
  });
}

/** Folders that come before the driver's own when libraries are looked for. */
function libraryPath(machine: Machine, kernel: string): Finding[] {
  const folders = (machine.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return folders.flatMap((folder) => {
    const id = 'driver/library-path';
    const names = machine.names(folder);
    const foreign = names
      .map((name) => /^libcuda\.so\.(\d+\.\d+(?:\.\d+)?)$/.exec(name)?.[1])
      .find((found) => found !== undefined && found !== kernel);
    if (/\/stubs\/?$/.test(folder) && names.some((name) => name.startsWith('libcuda.so'))) {
      return [
        error(
          id,
          folder,
          "it has CUDA's stub of the driver, which does nothing, before the driver",
          `take ${folder} out of LD_LIBRARY_PATH`,
        ),
      ];
    }
    if (foreign !== undefined) {
      return [
        error(
          id,
          `${folder} has libcuda.so.${foreign}`,
          `the kernel has ${kernel}`,
          `take ${folder} out of LD_LIBRARY_PATH`,
        ),
      ];
    }
    if (names.length === 0)
      return [warning(id, folder, 'there is nothing in it', `take ${folder} out of LD_LIBRARY_PATH`)];
    return [];
  });
}

/** The toolkit is not used by this library; programs beside it may have been made for it. */
function cuda(machine: Machine, { gpus }: Facts): Finding[] {
  const text = machine.text('/usr/local/cuda/version.json');
  const toolkit = /"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([\d.]+)"/.exec(text ?? '')?.[1];
  if (toolkit === undefined) return [];
  const found = `toolkit ${toolkit}${gpus.cuda ? `, driver for ${gpus.cuda}` : ''}`;
  if (gpus.cuda === null || Number(toolkit.split('.')[0]) <= Number(gpus.cuda.split('.')[0]))
    return [ok('driver/cuda', found)];
  return [
    info('driver/cuda', found, 'the toolkit in /usr/local/cuda is newer than the driver: what it compiles may not run'),
  ];
}
