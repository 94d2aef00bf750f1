import { formatBytes } from '../../memory/format.js';
import { memoryBounds } from '../../models/available-memory.js';
import type { Check } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import { type Machine, reader } from '../machine.js';

const LEAST_BYTES = 2 ** 30;
const MOST_SWAPPINESS = 10;

export const memory: Check = (machine) => [available(machine), ...swappiness(machine), ...numa(machine)];

function available(machine: Machine): Finding {
  const bounds = memoryBounds(reader(machine));
  const least = bounds.reduce((a, b) => (b.bytes < a.bytes ? b : a));
  const found = bounds.map(({ name, bytes }) => `${formatBytes(bytes)} (${name})`).join(', ');
  if (least.bytes >= LEAST_BYTES) return ok('memory/available', found);
  return warning('memory/available', found, `less than ${formatBytes(LEAST_BYTES)} is left for models`);
}

function swappiness(machine: Machine): Finding[] {
  const value = Number(machine.text('/proc/sys/vm/swappiness') ?? Number.NaN);
  if (Number.isNaN(value)) return [];
  const swap = Number(/^SwapTotal:\s+(\d+) kB$/m.exec(machine.text('/proc/meminfo') ?? '')?.[1] ?? Number.NaN);
  if (swap === 0) return [ok('memory/swappiness', `${value}, without swap`)];
  if (value <= MOST_SWAPPINESS) return [ok('memory/swappiness', String(value))];
  const reason = 'weights that were not used for a while go to the disk, and the next request waits for them';
  const fix = `sysctl -w vm.swappiness=${MOST_SWAPPINESS}; for good: echo vm.swappiness=${MOST_SWAPPINESS} > /etc/sysctl.d/90-node-tensorrt.conf`;
  return [warning('memory/swappiness', String(value), reason, fix)];
}

function numa(machine: Machine): Finding[] {
  const nodes = machine.names('/sys/devices/system/node').filter((name) => /^node\d+$/.test(name));
  if (nodes.length === 0) return [];
  if (nodes.length === 1) return [ok('memory/numa', '1 node')];
  const reason = "engines are bound to a node each, which LoadOptions.numa says: 'auto' by default";
  return [info('memory/numa', `${nodes.length} nodes`, reason)];
}
