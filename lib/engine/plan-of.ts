import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../builder/backend.js';
import { makePlan } from '../builder/make-plan.js';
import { temporaryFolder } from '../cache/temporary-folder.js';
import { writePlan } from '../plan/write.js';
import { usualSizes } from './build-sizes.js';
import type { ResolvedLoadOptions } from './load-options.js';
import { engineRunner } from './model-runner.js';

/** Niceness of the builder: the service goes first. */
const NICENESS = 10;

/** The plan of a model for the GPU of this machine, from the cache or built now. `dispose` when it is loaded. */
export async function planOf(
  source: string | Uint8Array,
  name: string,
  options: ResolvedLoadOptions,
  backend: Backend | 'auto',
): Promise<{ path: string; reason: string; dispose: () => Promise<void> }> {
  const { batching, freeDimensionOverrides, device, limits, tf32 } = options;
  let temporary: string | undefined;
  const dispose = async () => {
    if (temporary) await rm(temporary, { recursive: true, force: true });
  };
  try {
    const { path, reason } = await makePlan(
      {
        name,
        source,
        externalData: options.externalData,
        backend,
        targets: [],
        device: device === undefined || device === 'cpu' ? 0 : device,
        precision: options.precision,
        profiles: options.profiles,
        sizes: { ...usualSizes(batching), fixed: freeDimensionOverrides },
        samples: undefined,
        tuning: { tf32 },
        cacheDir: options.cacheDir,
        cacheBytes: undefined,
        tempDir: tmpdir(),
        output: undefined,
        sign: undefined,
        limits,
        memoryBytes: undefined,
        niceness: NICENESS,
        logger: options.logger,
        onProgress: options.onProgress,
        signal: options.signal,
        loadRunner: engineRunner,
      },
      async (header, payload) => {
        temporary = await temporaryFolder(tmpdir());
        const output = join(temporary, 'model.plan');
        return { path: output, header: await writePlan({ output, payload, header }, options.signal) };
      },
      (_, checked) => checked,
    );
    return { path, reason, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
