import type { Check, Facts } from '../facts.js';
import { error, type Finding, info, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';
import { compareVersions, requirements } from '../requirements.js';

/** Where the driver's libraries are installed. */
const libraryFolders = [
  ...['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'],
  '/usr/local/nvidia/lib64',
];

/** NVIDIA's driver: its version, its libraries, and whether this process may use it. */
export const driver: Check = (machine, facts) => {
  if (machine.platform !== 'linux') return [];
  const found = facts.driver;
  if (found === undefined) {
    const reason = 'without it models run on the CPU';
    const fix = facts.isWsl
      ? "for an NVIDIA GPU: install its driver in Windows, none in WSL's Linux"
      : 'for an NVIDIA GPU: install its driver, 580 or later';
    return [info('driver/version', 'none', reason, fix)];
  }
  const newest = forwardCompatible(machine) ?? found;
  const findings = [version(found, newest)];
  // Under Windows there is neither a module in the kernel nor a file for each device.
  if (!facts.isWsl) findings.push(...mismatch(machine, found, facts), ...deviceFiles(machine));
  return [...findings, ...libraryPath(machine, found), ...cuda(machine, facts)];
};

/** `newest`: of the library that programs find, which NVIDIA's containers bring for an older driver. */
function version(found: string, newest: string): Finding {
  const text = newest === found ? found : `${found}, forward compatible with ${newest}`;
  const tooOld = requirements.filter((requirement) => compareVersions(newest, requirement.driver) < 0);
  const oldest = tooOld[0]?.driver;
  if (oldest === undefined) return ok('driver/version', text);
  const names = tooOld.map(({ flavour }) => flavour).join(', ');
  return error('driver/version', text, `${names} need ${oldest} or later`, 'install a newer driver, and restart');
}

/** The module in the kernel and the libraries are of one version, or nothing works. */
function mismatch(machine: Machine, kernel: string, { gpus }: Facts): Finding[] {
  const fix =
    'restart the machine; without: stop what uses the GPU, then rmmod nvidia_uvm nvidia_drm nvidia_modeset nvidia && modprobe nvidia';
  const failure = gpus.failure ?? '';
  if (/version mismatch/i.test(failure)) {
    return [error('driver/nvml', failure, 'the driver was updated, and its old module is still in the kernel', fix)];
  }
  const libraries = libraryFolders.flatMap((folder) => driversIn(machine, folder));
  if (libraries.length === 0) return [];
  const other = libraries.find(({ found }) => found !== kernel);
  if (other === undefined) return [ok('driver/libraries', libraries.map(({ path }) => path).join(', '))];
  const reason = `the kernel has ${kernel}: calls fail until both are of one version`;
  return [error('driver/libraries', other.path, reason, fix)];
}

function driversIn(machine: Machine, folder: string): { path: string; found: string }[] {
  return machine.names(folder).flatMap((name) => {
    const found = /^libcuda\.so\.(\d+\.\d+(?:\.\d+)?)$/.exec(name)?.[1];
    return found === undefined ? [] : [{ path: `${folder}/${name}`, found }];
  });
}

function deviceFiles(machine: Machine): Finding[] {
  const numbered = machine.names('/dev').filter((name) => /^nvidia\d+$/.test(name));
  return ['nvidiactl', 'nvidia-uvm', ...numbered].map((name) => deviceFile(machine, name));
}

function deviceFile(machine: Machine, name: string): Finding {
  const id = `driver/${name}`;
  const path = `/dev/${name}`;
  const access = machine.access(path);
  if (access === 'yes') return ok(id, path);
  if (access === 'no') {
    const fix = `usermod -aG video USER, or chmod a+rw ${path}`;
    return error(id, `${path} is not to be read and written`, 'this user may not use the GPU', fix);
  }
  const fix = 'nvidia-modprobe -u -c=0; in a container: --gpus all';
  const found = `${path} is not there`;
  if (name !== 'nvidia-uvm') return error(id, found, 'the GPU cannot be used without it', fix);
  return warning(id, found, 'CUDA makes it at its first use where nvidia-modprobe may; without it nothing runs', fix);
}

const pathFolders = ({ env }: Machine) => (env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');

const isCompatible = (folder: string) => /\/compat(\/|$)/.test(folder);

/** The newest driver's library in a folder for forward compatibility, as CUDA's images have one; undefined: there is none. */
function forwardCompatible(machine: Machine): string | undefined {
  const found = pathFolders(machine)
    .filter(isCompatible)
    .flatMap((folder) => driversIn(machine, folder).map((library) => library.found));
  return found.sort(compareVersions).at(-1);
}

/** Folders that come before the driver's own when libraries are looked for. */
function libraryPath(machine: Machine, kernel: string): Finding[] {
  const id = 'driver/library-path';
  return pathFolders(machine).flatMap((folder) => {
    const fix = `take ${folder} out of LD_LIBRARY_PATH`;
    const names = machine.names(folder);
    if (/\/stubs\/?$/.test(folder) && names.some((name) => name.startsWith('libcuda.so'))) {
      return [error(id, folder, "it has CUDA's stub of the driver, which does nothing, before the driver", fix)];
    }
    const foreign = driversIn(machine, folder).find(({ found }) => found !== kernel);
    if (foreign !== undefined && !isCompatible(folder)) {
      return [error(id, foreign.path, `the kernel has ${kernel}`, fix)];
    }
    // Images for NVIDIA's containers name these whether or not there is a GPU.
    const isUsual = isCompatible(folder) || folder.startsWith('/usr/local/nvidia/');
    return names.length === 0 && !isUsual ? [warning(id, folder, 'there is nothing in it', fix)] : [];
  });
}

/** The toolkit is not used by this library; programs beside it may have been made for it. */
function cuda(machine: Machine, { gpus }: Facts): Finding[] {
  const text = machine.text('/usr/local/cuda/version.json');
  const toolkit = /"cuda"\s*:\s*\{[^}]*"version"\s*:\s*"([\d.]+)"/.exec(text ?? '')?.[1];
  if (toolkit === undefined) return [];
  const found = `toolkit ${toolkit}${gpus.cuda ? `, driver for ${gpus.cuda}` : ''}`;
  const major = (of: string) => Number(of.split('.')[0]);
  if (gpus.cuda === null || major(toolkit) <= major(gpus.cuda)) return [ok('driver/cuda', found)];
  const reason = 'the toolkit in /usr/local/cuda is newer than the driver: what it compiles may not run';
  return [info('driver/cuda', found, reason)];
}
