import { basename } from 'node:path';
import { argumentError, NodeTensorRTError, withCallerStack } from '../errors.js';
import { checkLibraries } from '../machine/check-libraries.js';
import type { NativeEngine, NativeLoadOptions, NativeStaging } from '../native/contract.js';
import { findOnnxRuntime } from '../native/onnxruntime.js';
import type { NativePlanFacts } from '../native/plan-contract.js';
import { getPort, type Port } from '../native/port.js';
import { stageModel } from '../native/stage-model.js';
import { afterGpu, mayUseGpu } from './auto-backend.js';
import { stageSamples } from './batching-options.js';
import { type LoadOptions, type ResolvedLoadOptions, resolveLoadOptions } from './load-options.js';
import { explainRefusal, type OpenedPlan, openPlan } from './load-plan.js';
import { modelPath } from './model-path.js';
import { modelSource } from './model-source.js';
import { numaRequest } from './numa.js';
import { type Deviation, placed, placedPlan, placeOnCpu } from './placement.js';
import { planFile } from './plan-file.js';
import { planLogger } from './plan-logger.js';
import { choosePrecision } from './precision.js';
import { probeModel } from './probe.js';
import type { OpenedEngine } from './share.js';

/** Loads a model or a plan; see `Engine.load`. */
export async function loadEngine(model: string | URL | Uint8Array, loadOptions?: LoadOptions): Promise<OpenedEngine> {
  const options = resolveLoadOptions(loadOptions);
  options.signal?.throwIfAborted();
  const given = modelSource(model);
  const name = options.name ?? (typeof given === 'string' ? basename(given) : 'model');
  const source = typeof given === 'string' ? await modelPath(given) : given;
  const plan = await planFile(source);
  if (plan !== undefined) return loadPlan(plan, name, options, 'as it is');
  checkNoPlan(options, name);
  if (mayUseGpu(options)) {
    try {
      return await loadBuilt(source, name, options, 'auto');
    } catch (error) {
      return loadModel(given, name, { ...options, backend: 'cpu' }, afterGpu(error, options));
    }
  }
  if (options.backend !== 'tensorrt' && options.backend !== 'tensorrt-rtx') return loadModel(given, name, options, []);
  if (options.device === 'cpu') throw argumentError('options.device', `a GPU, for ${options.backend}`, 'cpu');
  try {
    return await loadBuilt(source, name, options, options.backend);
  } catch (error) {
    const deviations = fallBack(error, options);
    return loadModel(given, name, { ...options, backend: 'cpu', device: undefined }, deviations);
  }
}

/** Options that say something of a plan are for plans. */
function checkNoPlan({ refit, weightStreamingBudget }: ResolvedLoadOptions, name: string): void {
  const ofPlans = { refit, weightStreamingBudget };
  const [given] = Object.entries(ofPlans).find(([, value]) => value !== undefined) ?? [];
  if (given) throw argumentError(`options.${given}`, `nothing, as ${name} is a model, not a plan`, 'a value');
}

/** The plan of a model, from the cache or built now. */
async function loadBuilt(
  source: string | Uint8Array,
  name: string,
  options: ResolvedLoadOptions,
  backend: 'auto' | 'tensorrt' | 'tensorrt-rtx',
): Promise<OpenedEngine> {
  const { planOf } = await import('./plan-of.js');
  for (let isAgain = false; ; isAgain = true) {
    const { path, reason, dispose } = await planOf(source, name, options, backend);
    try {
      return await loadPlan(path, name, forItsPlan(options), reason);
    } catch (error) {
      // Somebody may prune the cache between the two.
      const isPruned = error instanceof NodeTensorRTError && error.details['reason'] === 'not-found';
      if (isAgain || !isPruned) throw error;
    } finally {
      await dispose();
    }
  }
}

/** Without what the model was built with, or what is for the CPU. */
function forItsPlan(options: ResolvedLoadOptions): ResolvedLoadOptions {
  return {
    ...options,
    ...{ precision: undefined, externalData: [], probe: undefined, profiles: undefined, tf32: false },
    ...{ freeDimensionOverrides: {}, graphOptimizationLevel: 'all', sessionConfig: {}, customOperators: [] },
  };
}

/** Codes after which a model may run on the CPU instead. */
const FALL_BACK = ['BACKEND_UNAVAILABLE', 'BUILD_FAILED', 'ENGINE_INCOMPATIBLE'];

function fallBack(error: unknown, { backend, device, fallback }: ResolvedLoadOptions): Deviation[] {
  if (!(error instanceof NodeTensorRTError) || !FALL_BACK.includes(error.code)) throw error;
  const { message: reason } = error;
  if (fallback === 'error') {
    if (error.code !== 'BACKEND_UNAVAILABLE') throw error;
    const text = `options.backend: ${backend} cannot be had: ${reason} Use fallback: 'warn' or 'allow' to run on the CPU instead.`;
    const details = { ...error.details, option: 'options.backend', asked: backend };
    throw new NodeTensorRTError(error.code, text, details, { cause: error });
  }
  const asked = { backend, ...(device !== undefined && { device: String(device) }) };
  return Object.entries(asked).map(([option, value]) => ({ option, asked: value, inForce: 'cpu', reason }));
}

/** With ONNX Runtime, on the CPU. */
async function loadModel(
  given: string | Uint8Array,
  name: string,
  options: ResolvedLoadOptions,
  deviations: readonly Deviation[],
): Promise<OpenedEngine> {
  const planned = placeOnCpu(options, deviations);
  const port = getPort();
  await checkLibraries('options.customOperators', options.customOperators, options.signal);
  const choice = await choosePrecision(given, options);
  const { source } = choice;
  // What was made of a model has its weights with it.
  const externalData = source === given ? options.externalData : [];
  if (options.probe) await probeModel(source, options.probe, { ...options, externalData });
  const staged = await stageModel(port, source, externalData);
  const native = await start(port, staged.model, { ...options, name, externalData: staged.externalData });
  const placement = placed(planned, native.numa(), options, name, choice);
  return { native, port, name, placement, float16: options.float16, preserveOrder: options.batching.preserveOrder };
}

/** With TensorRT, on a GPU. */
async function loadPlan(
  path: string,
  name: string,
  options: ResolvedLoadOptions,
  reason: string,
): Promise<OpenedEngine> {
  const port = getPort();
  const plan = await openPlan(path, options);
  try {
    const native = await start(port, plan.path, { ...options, name, externalData: [], plan: plan.request }).catch(
      (error: unknown) => {
        throw explainRefusal(error, plan);
      },
    );
    await plan.weights?.check().catch(async (error: unknown) => {
      await port.release(native);
      throw error;
    });
    const placement = placedPlan(plan, factsOf(native, plan), native.numa(), reason);
    return { native, port, name, placement, float16: options.float16, preserveOrder: options.batching.preserveOrder };
  } finally {
    await plan.close();
  }
}

function factsOf(native: NativeEngine, { path }: OpenedPlan): NativePlanFacts {
  const text = native.facts();
  if (text === '') throw new NodeTensorRTError('INTERNAL', `${path}: the backend says nothing of the plan`);
  return JSON.parse(text) as NativePlanFacts;
}

type StartOptions = Omit<ResolvedLoadOptions, 'externalData'> &
  Pick<NativeLoadOptions, 'name' | 'externalData' | 'plan'>;

/** What both have in common: queue, proof, states, and the native load. */
async function start(port: Port, model: string | NativeStaging, options: StartOptions): Promise<NativeEngine> {
  options.signal?.throwIfAborted();
  const { queue, proof, samples } = options.batching;
  const [initial = []] = await stageSamples(port, [options.sequence.initial]);
  return startLoad(port, model, {
    ...options,
    libraryPath: findOnnxRuntime(),
    queue,
    numa: numaRequest(options),
    sequence: { ...options.sequence, initial },
    proof: { ...proof, samples: await stageSamples(port, samples) },
  });
}

function startLoad(
  port: Port,
  model: string | NativeStaging,
  options: NativeLoadOptions & Pick<ResolvedLoadOptions, 'signal' | 'logger'>,
): Promise<NativeEngine> {
  const { signal, logger, plan, name } = options;
  let id = 0;
  let onAbort: (() => void) | undefined;
  const loaded = port.request(
    (nextId) => {
      id = nextId;
      const log = plan && logger ? port.listen(planLogger(logger, name)) : 0;
      port.native.load(id, model, plan ? { ...options, plan: { ...plan, log } } : options);
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
