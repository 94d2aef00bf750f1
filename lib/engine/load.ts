import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentError, withCallerStack } from '../errors.js';
import type { NativeEngine, NativeLoadOptions, NativeStaging } from '../native/contract.js';
import { findOnnxRuntime } from '../native/onnxruntime.js';
import { getPort, type Port } from '../native/port.js';
import { isBytes } from '../tensor/data-types.js';
import { stageSamples } from './batching-options.js';
import { checkCustomOperators } from './custom-operators.js';
import { type LoadOptions, resolveLoadOptions } from './load-options.js';
import { numaRequest } from './numa.js';
import { place, placed } from './placement.js';
import { probeModel } from './probe.js';
import type { OpenedEngine } from './share.js';
import { slicedCopy } from './sliced-copy.js';

/** Loads a model; see `Engine.load`. */
export async function loadEngine(model: string | URL | Uint8Array, given?: LoadOptions): Promise<OpenedEngine> {
  const options = resolveLoadOptions(given);
  options.signal?.throwIfAborted();
  const source = modelSource(model);
  const name = options.name ?? (typeof source === 'string' ? basename(source) : 'model');
  const planned = place(options);
  const port = getPort();
  const libraryPath = findOnnxRuntime();
  await checkCustomOperators(options.customOperators, options.signal);
  if (options.probe) await probeModel(source, options.probe, options);

  const staged = typeof source === 'string' ? source : await stageBytes(port, source);
  const externalData: { path: string; data: NativeStaging }[] = [];
  for (const file of options.externalData) {
    externalData.push({ path: file.path, data: await stageBytes(port, file.data) });
  }
  options.signal?.throwIfAborted();
  const { queue, proof, samples, preserveOrder } = options.batching;
  const [initial = []] = await stageSamples(port, [options.sequence.initial]);
  const native = await startLoad(port, staged, {
    ...options,
    name,
    libraryPath,
    externalData,
    queue,
    numa: numaRequest(options),
    sequence: { ...options.sequence, initial },
    proof: { ...proof, samples: await stageSamples(port, samples) },
  });
  const placement = placed(planned, native.numa(), options, name);
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
      loaded
        .then((engine) =>
          port.request(
            (nextId) => engine.release(nextId),
            () => undefined,
          ),
        )
        .catch(() => undefined);
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

/** The path of a file or model folder, or the bytes. The load thread looks at the disk, this one does not. */
function modelSource(model: unknown): string | Uint8Array {
  if (isBytes(model)) return model;
  const isUrl = model instanceof URL || (typeof model === 'string' && model.startsWith('file://'));
  const path = isUrl ? fromUrl(model) : model;
  if (typeof path !== 'string' || path === '') {
    throw argumentError('model', 'a path, a file: URL or a Uint8Array', model);
  }
  if (path.includes('\0')) throw argumentError('model', 'a path without NUL characters', model);
  return path;
}

function fromUrl(url: URL | string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw argumentError('model', 'a file: URL of a local path', String(url), 'INVALID_ARGUMENT', {
      cause: String(cause),
    });
  }
}

/** Copies bytes of the user's to native memory, in slices: the event loop goes on. */
async function stageBytes(port: Port, bytes: Uint8Array): Promise<NativeStaging> {
  const staging = port.staging(bytes.byteLength);
  await slicedCopy(bytes.byteLength, (offset, max) => staging.copy(bytes, offset, max));
  return staging;
}
