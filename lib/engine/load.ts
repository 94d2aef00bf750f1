import { basename } from 'node:path';
import { withCallerStack } from '../errors.js';
import { checkLibraries } from '../machine/check-libraries.js';
import type { NativeEngine, NativeLoadOptions, NativeStaging } from '../native/contract.js';
import { findOnnxRuntime } from '../native/onnxruntime.js';
import { getPort, type Port } from '../native/port.js';
import { stageSamples } from './batching-options.js';
import { type LoadOptions, resolveLoadOptions } from './load-options.js';
import { modelSource, stageModel } from './model-source.js';
import { numaRequest } from './numa.js';
import { place, placed } from './placement.js';
import { choosePrecision } from './precision.js';
import { probeModel } from './probe.js';
import type { OpenedEngine } from './share.js';

/** Loads a model; see `Engine.load`. */
export async function loadEngine(model: string | URL | Uint8Array, loadOptions?: LoadOptions): Promise<OpenedEngine> {
  const options = resolveLoadOptions(loadOptions);
  options.signal?.throwIfAborted();
  const given = modelSource(model);
  const name = options.name ?? (typeof given === 'string' ? basename(given) : 'model');
  const planned = place(options);
  const port = getPort();
  const libraryPath = findOnnxRuntime();
  await checkLibraries('options.customOperators', options.customOperators, options.signal);
  const choice = await choosePrecision(given, options);
  const { source } = choice;
  // What was made of a model has its weights with it.
  if (source !== given) options.externalData = [];
  if (options.probe) await probeModel(source, options.probe, options);

  const staged = await stageModel(port, source, options.externalData);
  options.signal?.throwIfAborted();
  const { queue, proof, samples, preserveOrder } = options.batching;
  const [initial = []] = await stageSamples(port, [options.sequence.initial]);
  const native = await startLoad(port, staged.model, {
    ...options,
    name,
    libraryPath,
    externalData: staged.externalData,
    queue,
    numa: numaRequest(options),
    sequence: { ...options.sequence, initial },
    proof: { ...proof, samples: await stageSamples(port, samples) },
  });
  const placement = placed(planned, native.numa(), options, name, choice);
  return { native, port, name, placement, float16: options.float16, preserveOrder };
}

function startLoad(
  port: Port,
  model: string | NativeStaging,
  options: NativeLoadOptions & { signal: AbortSignal | undefined },
): Promise<NativeEngine> {
  const { signal } = options;
  let id = 0;
  let onAbort: (() => void) | undefined;
  const loaded = port.request(
    (nextId) => {
      id = nextId;
      port.native.load(id, model, options);
    },
    (native) => native.takeEngine(),
  );
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      port.native.cancelLoad(id);
      // The load may be past cancelling: an engine that comes all the same is let go at once.
      loaded.then((engine) => port.release(engine)).catch(() => undefined);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
  });
  return Promise.race([loaded, aborted])
    .catch((error: unknown) => {
      throw withCallerStack(error);
    })
    .finally(() => onAbort && signal?.removeEventListener('abort', onAbort));
}
