import type { Finding } from './finding.js';
import { findGpus, type GpuSearch } from './gpus.js';
import type { LibrarySearch } from './libraries.js';
import type { Machine } from './machine.js';

/** What several checks need, gathered once. */
export interface Facts {
  readonly gpus: GpuSearch;
  readonly libraries: readonly LibrarySearch[];
  /** Version of the driver's kernel module; undefined: it is not loaded. */
  readonly driver: string | undefined;
}

export async function gatherFacts(machine: Machine): Promise<Facts> {
  const [gpus, libraries] = await Promise.all([findGpus(machine), machine.libraries()]);
  const module = machine.text('/proc/driver/nvidia/version') ?? '';
  const driver = /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(module)?.[1];
  return { gpus, libraries, driver };
}

/** Looks at one subject. */
export type Check = (machine: Machine, facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;
