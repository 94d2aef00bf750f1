import { findGpus, type GpuSearch } from '../machine/gpus.js';
import type { Finding } from './finding.js';
import { installedLibraries } from './installed.js';
import type { LibrarySearch } from './libraries.js';
import type { Machine } from './machine.js';

/** What several checks need, gathered once. */
export interface Facts {
  readonly gpus: GpuSearch;
  readonly libraries: readonly LibrarySearch[];
  /** Version of the driver; undefined: there is none. */
  readonly driver: string | undefined;
  /** The Linux of Windows: the driver is the one of Windows, with no module in the kernel here. */
  readonly isWsl: boolean;
}

export async function gatherFacts(machine: Machine): Promise<Facts> {
  const [gpus, libraries] = await Promise.all([findGpus(machine.run), installedLibraries(machine)]);
  const module = machine.text('/proc/driver/nvidia/version') ?? '';
  const isWsl = machine.access('/dev/dxg') !== 'absent';
  const inKernel = /Kernel Module(?: for \S+)?\s+(\d+(?:\.\d+)+)/.exec(module)?.[1];
  return { gpus, libraries, driver: inKernel ?? (isWsl ? (gpus.driver ?? undefined) : undefined), isWsl };
}

/** Looks at one subject. */
export type Check = (machine: Machine, facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>;
