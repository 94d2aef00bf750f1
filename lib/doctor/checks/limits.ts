import { tmpdir } from 'node:os';
import { defaultCacheFolder } from '../../cache/folders.js';
import { availableCpus } from '../../engine/threads.js';
import { formatBytes } from '../../memory/format.js';
import { memoryBounds } from '../../models/available-memory.js';
import type { Check } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import { type Machine, reader } from '../machine.js';

const LEAST_FILES = 65_536;
const LEAST_DISK_BYTES = 4 * 2 ** 30;

/** What the system gives this process: files, disk, and what a container takes away. */
export const limits: Check = async (machine) => [
  ...openFiles(machine),
  ...(await disks(machine)),
  ...container(machine),
];

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

async function disks(machine: Machine): Promise<Finding[]> {
  const findings: Finding[] = [];
  const folders = { 'limits/cache-disk': defaultCacheFolder(machine.env), 'limits/temp-disk': tmpdir() };
  for (const [id, folder] of Object.entries(folders)) {
    const disk = await machine.disk(folder);
    if (disk === undefined) continue;
    const found = `${formatBytes(disk.freeBytes)} free for ${folder}`;
    const reason = `less than ${formatBytes(LEAST_DISK_BYTES)}: derived models and built engines may not fit`;
    const other = id === 'limits/cache-disk' ? 'NODE_TENSORRT_CACHE_DIR to a larger disk' : 'TMPDIR';
    findings.push(
      disk.freeBytes >= LEAST_DISK_BYTES ? ok(id, found) : warning(id, found, reason, `make room, or set ${other}`),
    );
  }
  return findings;
}

function container(machine: Machine): Finding[] {
  const kind = kindOfContainer(machine);
  if (kind === undefined) return machine.platform === 'linux' ? [ok('limits/container', 'none')] : [];
  const read = reader(machine);
  const room = memoryBounds(read).find(({ name }) => name === 'cgroup');
  const what = [
    `${availableCpus(read)} CPUs`,
    room ? `${formatBytes(room.bytes)} of memory left` : 'memory without limit',
  ].join(', ');
  const reason = 'limits of the container hold, not those of the machine';
  return [info('limits/container', `${kind}: ${what}`, reason)];
}

function kindOfContainer(machine: Machine): string | undefined {
  if (machine.env['KUBERNETES_SERVICE_HOST']) return 'Kubernetes';
  if (machine.text('/.dockerenv') !== undefined) return 'Docker';
  if (machine.text('/run/.containerenv') !== undefined) return 'Podman';
  return machine.text('/run/systemd/container')?.trim();
}
