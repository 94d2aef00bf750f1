import type { NativeModelCache, NativeModelReport } from '../native/contract.js';

/** Where a model of a cache is in its life. After a failed load the next demand tries again. */
export type CachedModelState = 'unloaded' | 'loading' | 'resident' | 'unloading' | 'failed';

/** By `ModelState` of `native/runtime/residency/residency_table.h`. */
export const modelStates: readonly CachedModelState[] = ['unloaded', 'loading', 'resident', 'unloading', 'failed'];

/** A model of a cache; see `ModelCache.models`. */
export interface CachedModelStats {
  state: CachedModelState;
  /** What is booked for it: the estimate, or what it was measured to take if that is more; 0 while it is not in memory. */
  bytes: number;
  /** Uses and leases of all threads that hold it. */
  references: number;
  /** Demands that wait for it. */
  waiting: number;
  pinned: boolean;
  /** End of the last use, in milliseconds since 1970; undefined before the first. */
  lastUsed: number | undefined;
  /** Loads that succeeded. */
  loads: number;
  /** How often it went because another needed its place. */
  evictions: number;
  /** Why the last load failed, while `state` is 'failed'. */
  error: Error | undefined;
}

/** What a cache holds; see `ModelCache.stats`. */
export interface ModelCacheStats {
  budgetBytes: number;
  /** Everything that is booked: resident, being loaded, being unloaded. */
  residentBytes: number;
  /** Of pinned models that are in memory. */
  pinnedBytes: number;
  /** Of models in use that are not pinned. */
  inUseBytes: number;
  /** Of models that are being loaded. */
  loadingBytes: number;
  /** Of models whose memory is being given back. */
  unloadingBytes: number;
  /** Models in memory. */
  resident: number;
  /** Sums over all models that are registered. */
  loads: number;
  evictions: number;
}

export function toModelStats(report: NativeModelReport): CachedModelStats {
  const { bytes, references, waiting, pinned, loads, evictions, error } = report;
  const lastUsed = report.idleMs < 0 ? undefined : Math.round(Date.now() - report.idleMs);
  const state = modelStates[report.state] as CachedModelState;
  return { state, bytes, references, waiting, pinned, lastUsed, loads, evictions, error };
}

export function toCacheStats(
  totals: ReturnType<NativeModelCache['totals']>,
  reports: readonly NativeModelReport[],
): ModelCacheStats {
  const sum = (of: (report: NativeModelReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const { budgetBytes, bookedBytes, pinnedBytes, inUseBytes, loadingBytes, unloadingBytes } = totals;
  return {
    budgetBytes,
    residentBytes: bookedBytes,
    pinnedBytes,
    inUseBytes,
    loadingBytes,
    unloadingBytes,
    resident: sum(({ state }) => (modelStates[state] === 'resident' ? 1 : 0)),
    loads: sum(({ loads }) => loads),
    evictions: sum(({ evictions }) => evictions),
  };
}
