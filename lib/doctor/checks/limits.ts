import { tmpdir } from 'node:os';
import { defaultCacheFolder } from '../../engine/derived-models.js';
import { formatBytes } from '../../memory/format.js';
import type { Check } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';

const LEAST_FILES = 65_536;
const LEAST_DISK_BYTES = 4 * 2 ** 30;

/** What the system gives this process: files, disk, and what a container takes away. */
export const limits: Check = (machine) => [...openFiles(machine), ...disks(machine), ...container(machine)];

function openFiles(machine: Machine): Finding[] {
  // Node raises the soft limit to the hard one when it starts.
  const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(machine.text('/proc/self/limits') ?? '')?.[1];
  if (hard === undefined) return [];
  if (hard === 'unlimited' || Number(hard) >= LEAST_FILES) return [ok('limits/open-files', hard)];
  const reason = 'each connection and each model takes some: a server under load is refused more';
  return [
    warning(
      'limits/open-files',
      hard,
      reason,
      `LimitNOFILE=${LEAST_FILES} in the systemd unit, or ulimit -n ${LEAST_FILES}`,
    ),
  ];
}

function disks(machine: Machine): Finding[] {
  const folders = { 'limits/cache-disk': defaultCacheFolder(machine.env), 'limits/temp-disk': tmpdir() };
  return Object.entries(folders).flatMap(([id, folder]) => {
    const disk = machine.disk(folder);
    if (disk === undefined) return [];
    const found = `${formatBytes(disk.freeBytes)} free for ${folder}`;
    if (disk.freeBytes >= LEAST_DISK_BYTES) return [ok(id, found)];
    const reason = `less than ${formatBytes(LEAST_DISK_BYTES)}: derived models and built engines may not fit`;
    const fix =
      id === 'limits/cache-disk'
        ? 'make room, or set NODE_TENSORRT_CACHE_DIR to a larger disk'
        : 'make room, or set TMPDIR';
    return [warning(id, found, reason, fix)];
  });
}

function container(machine: Machine): Finding[] {
  const kind = kindOfContainer(machine);
  if (kind === undefined) return machine.platform === 'linux' ? [ok('limits/container', 'none')] : [];
  const [quota, period] = (machine.text('/sys/fs/cgroup/cpu.max') ?? 'max').trim().split(/\s+/);
  const limitsHere = [
    quota === 'max' || !Number(period) ? 'all CPUs' : `${Number(quota) / Number(period)} CPUs`,
    `memory ${machine.text('/sys/fs/cgroup/memory.max')?.trim() ?? 'without limit'}`,
    `processes ${machine.text('/sys/fs/cgroup/pids.max')?.trim() ?? 'without limit'}`,
  ];
  return [
    info(
      'limits/container',
      `${kind}: ${limitsHere.join(', ')}`,
      'limits of the container hold, not those of the machine',
    ),
  ];
}

function kindOfContainer(machine: Machine): string | undefined {
  if (machine.env['KUBERNETES_SERVICE_HOST']) return 'Kubernetes';
  if (machine.text('/.dockerenv') !== undefined) return 'Docker';
  if (machine.text('/run/.containerenv') !== undefined) return 'Podman';
  if (machine.text('/run/systemd/container') !== undefined)
    return machine.text('/run/systemd/container')?.trim() ?? 'container';
  return undefined;
}
