import type { NativeNumaRequest } from '../native/contract.js';
import type { ResolvedLoadOptions } from './load-options.js';

/** For tests: a folder that stands for /sys, with nodes that the machine does not have. */
const SYSFS = 'NODE_TENSORRT_SYSFS';

/** What the load thread is told. It looks at the system, this thread does not. */
export function numaRequest({ numa, fallback }: Pick<ResolvedLoadOptions, 'numa' | 'fallback'>): NativeNumaRequest {
  const isNode = typeof numa === 'number';
  return {
    mode: isNode ? 'node' : numa,
    node: isNode ? numa : 0,
    mayFallBack: fallback !== 'error',
    sysfs: process.env[SYSFS] ?? '/sys',
  };
}
