import type { TensorMap } from 'node-tensorrt';
import { beforeAll } from 'vitest';
import { ensurePictures } from '../../scripts/lib/pictures.mjs';
import { ensureRealModels, type RealModelName, realModels } from '../../scripts/lib/reference/models.mjs';
import { samplesOf } from '../../scripts/lib/reference/samples.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';

export { type RealModelName, realModelNames } from '../../scripts/lib/reference/models.mjs';

/** One input for a real model, and what is known of the result. */
export interface RealSample {
  name: string;
  inputs: TensorMap;
  /** What the recogniser reads. */
  text?: string;
  /** The class that the model finds for every row. */
  classes?: number[];
}

/** Models that other people made, or PyTorch; fetched or made before the first test of the file. */
export function useRealModels(): {
  /** Where a model's file is. */
  path(name: RealModelName): string;
  /** Real inputs for it, the same ones every time: pieces of pictures, bytes of files, sentences of tokens. */
  samples(name: RealModelName): Promise<RealSample[]>;
} {
  beforeAll(async () => {
    const { python } = (await findTools()).tools;
    await ensureRealModels(python);
    await ensurePictures(python);
  }, 300_000);
  return { path: (name) => realModels[name], samples: samplesOf };
}
