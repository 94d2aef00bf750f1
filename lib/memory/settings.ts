import { totalmem } from 'node:os';
import { argumentError } from '../errors.js';
import { booleanOption, integerOption, knownKeys, objectOption } from '../options.js';

/** See `memory.setLimit`. */
export interface MemoryLimit {
  bytes?: number;
  fraction?: number;
}

/** See `memory.setPolicy`. */
export interface MemoryPolicy {
  /** Cached memory goes back when nothing was allocated for so long. 0: never. Up to a day. @default 0 */
  trimIdleMs?: number;
  /**
   * Part of the limit (0 to 1) from which on segments that nobody uses go back before more is taken, those first that
   * were not used for longest. 0: only when the limit is reached. Without a limit it has no effect. @default 0
   */
  gcThreshold?: number;
  /**
   * New segments of at least 2 MiB are taken as transparent huge pages where the system has some (Linux, unless
   * /sys/kernel/mm/transparent_hugepage/enabled says never): fewer misses of the TLB, more memory per page. @default false
   */
  hugePages?: boolean;
}

const DAY_MS = 24 * 3600 * 1000;

/** In bytes; 0: none. */
export function limitOption(given: MemoryLimit): number {
  const limit = objectOption<MemoryLimit>('limit', given);
  knownKeys('limit', limit, ['bytes', 'fraction']);
  const { bytes, fraction } = limit;
  if (bytes !== undefined && fraction !== undefined) throw argumentError('limit', 'bytes or fraction, not both', limit);
  if (bytes !== undefined) return integerOption('limit.bytes', bytes, 1, Number.MAX_SAFE_INTEGER);
  if (fraction === undefined) return 0;
  return Math.max(1, Math.floor(fractionOption('limit.fraction', fraction, false) * availableBytes()));
}

export function policyOption(given: MemoryPolicy): Required<MemoryPolicy> {
  const policy = objectOption<MemoryPolicy>('policy', given);
  knownKeys('policy', policy, ['trimIdleMs', 'gcThreshold', 'hugePages']);
  return {
    trimIdleMs: integerOption('policy.trimIdleMs', policy.trimIdleMs ?? 0, 0, DAY_MS),
    gcThreshold: fractionOption('policy.gcThreshold', policy.gcThreshold ?? 0, true),
    hugePages: booleanOption('policy.hugePages', policy.hugePages ?? false),
  };
}

/** 0: record nothing. */
export function historyOption(maxEvents: unknown): number {
  return maxEvents === false ? 0 : integerOption('maxEvents', maxEvents, 1, 10_000_000);
}

/** What this process may have in all: its cgroup's limit, or the machine's memory. */
export function availableBytes(): number {
  return processLimit() ?? totalmem();
}

/** Of its cgroup; undefined: none. */
export function processLimit(): number | undefined {
  const limit = process.constrainedMemory?.() ?? 0; // Node counts "no limit" as 0 or as more than there is
  return limit > 0 && limit < totalmem() ? limit : undefined;
}

function fractionOption(name: string, value: unknown, isZeroAllowed: boolean): number {
  if (typeof value !== 'number' || Number.isNaN(value)) throw argumentError(name, 'a number', value);
  if (value > 1 || value < 0 || (value === 0 && !isZeroAllowed)) {
    throw argumentError(name, isZeroAllowed ? '0 to 1' : 'more than 0 and at most 1', value, 'OUT_OF_RANGE');
  }
  return value;
}
