import { createHash } from 'node:crypto';

/** Everything that a plan depends on. */
export interface PlanKey {
  /** SHA-256 of the graph and all external data, in hexadecimal. */
  model: string;
  /** Options of the build that are in force, and no others: plain JSON. */
  options: Readonly<Record<string, unknown>>;
  backend: 'tensorrt' | 'tensorrt-rtx';
  /** Of the TensorRT: '1.7.1.116'. */
  version: string;
  /** Of the headers that the builder was compiled with: '1.7.0'. */
  headers: string;
  /** Compute capabilities: 'sm86'. Their order makes no difference. */
  targets: readonly string[];
  /** Of a build for the GPU of this machine. */
  device?: { name: string; computeCapability: string; driver: string };
  /** 'linux-x64' */
  platform: string;
  /** Version of the plan file: 1. */
  format: number;
}

/** JSON that is the same for the same content: names in order, what is undefined left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

/** The name of a key: 64 hexadecimal digits. */
export function hashOfKey(key: PlanKey): string {
  return createHash('sha256').update(canonicalKey(key)).digest('hex');
}

export function canonicalKey(key: PlanKey): string {
  return canonicalJson({ ...key, targets: [...new Set(key.targets)].sort() });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
