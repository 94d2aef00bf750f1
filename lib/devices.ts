import { cpus, freemem, totalmem } from 'node:os';
import { availableCpus } from './engine/threads.js';

/** Something that engines can run on. */
export interface Device {
  /** For `LoadOptions.device`. */
  id: string;
  type: 'cpu';
  /** As the system calls it. */
  name: string;
  /** CPUs that this process may use. */
  cpus: number;
  memory: { totalBytes: number; freeBytes: number };
  /** Backends that can run here. */
  backends: readonly 'cpu'[];
}

/** The devices of this machine. This version knows the CPU only. */
export async function devices(): Promise<Device[]> {
  return [
    {
      id: 'cpu',
      type: 'cpu',
      name: cpus()[0]?.model.trim() || process.arch,
      cpus: availableCpus(),
      memory: { totalBytes: totalmem(), freeBytes: freemem() },
      backends: ['cpu'],
    },
  ];
}
