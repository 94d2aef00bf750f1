import { basename } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import type { LowPrecision } from '../onnx/cast/forms.js';
import type { CastReport } from '../onnx/cast/report.js';
import { GivenModel } from '../onnx/given-model.js';
import type { Model } from '../onnx/graph/model.js';
import type { LoadRunner } from '../onnx/runner.js';
import { DerivedModels } from './derived-models.js';
import { cacheFolders } from './folders.js';
import { hashOfModel } from './model-hash.js';

/** Raised when casting makes other models of the same ones, so that no entry of an older version is used. */
export const DERIVATION_VERSION = 1;

/** What castCached() needs beside a model. */
export interface CastCachedOptions {
  /** false: nothing is kept. undefined: the default folder. */
  readonly cacheDir: string | false | undefined;
  readonly signal: AbortSignal | undefined;
  /** Runs the models that constants are computed with. */
  readonly loadRunner: LoadRunner;
}

/**
 * A model in another precision: the path of one that was made before from the same bytes, or a new one, in the cache, or in
 * memory where there is none or it cannot be written.
 */
export async function castCached(
  given: GivenModel,
  to: LowPrecision,
  { cacheDir, signal, loadRunner }: CastCachedOptions,
): Promise<{ model: GivenModel; report: CastReport }> {
  const key = await hashOfModel(given, { cast: to, version: DERIVATION_VERSION }, signal);
  const cache = cacheDir === false ? undefined : new DerivedModels(cacheFolders(cacheDir).models);
  const cached = await cache?.find(key);
  if (cached) return { model: new GivenModel(cached.path), report: cached.report as CastReport };
  const model = await given.read();
  signal?.throwIfAborted();
  const { castGraph } = await import('../onnx/cast/cast-graph.js');
  const { resolveCastOptions } = await import('../onnx/cast/options.js');
  const { prepareCast } = await import('../onnx/cast/prepare.js');
  await prepareCast(model, to, loadRunner);
  const report = await castGraph(model, resolveCastOptions({ to }));
  signal?.throwIfAborted();
  const name = typeof given.source === 'string' ? basename(given.source) : '';
  return { model: new GivenModel(await keep(cache, key, name, model, report)), report };
}

async function keep(
  cache: DerivedModels | undefined,
  key: string,
  name: string,
  model: Model,
  report: CastReport,
): Promise<string | Uint8Array> {
  try {
    if (cache) return await cache.add(key, model, report, name);
  } catch (error) {
    // It is the model's file that is at fault, not the cache.
    if (error instanceof NodeTensorRTError && error.details['reason'] !== 'unwritable') throw error;
    const { message } = error as Error;
    process.emitWarning(`a model cannot be kept in ${cache?.folder} and is made again at every load: ${message}`, {
      type: 'NodeTensorRTWarning',
      code: 'NODE_TENSORRT_CACHE',
    });
  }
  const { serializeModel } = await import('../onnx/file/write-model.js');
  return serializeModel(model);
}
