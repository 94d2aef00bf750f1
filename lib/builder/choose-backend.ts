import { NodeTensorRTError } from '../errors.js';
import { type Backend, backends, backendTitles } from './backend.js';
import type { PlanRequest } from './build-options.js';
import type { LibraryEvent } from './events.js';
import { type BuilderFiles, findBuilder } from './find-builder.js';
import { type BuildDevice, findDevice } from './find-device.js';
import { findLibrary } from './find-library.js';
import { targetOf } from './targets.js';

/** What builds a plan, and for what. */
export interface ChosenBackend {
  readonly backend: Backend;
  readonly files: BuilderFiles;
  readonly library: LibraryEvent;
  readonly targets: readonly string[];
  /** Without targets in the request. */
  readonly device: BuildDevice | undefined;
}

/**
 * The flavour that was asked for; with 'auto' TensorRT-RTX where targets are given, else the first one that is there and
 * takes the GPU. Throws BACKEND_UNAVAILABLE, or UNSUPPORTED for targets with TensorRT.
 */
export async function chooseBackend(request: PlanRequest): Promise<ChosenBackend> {
  const { backend, targets, signal } = request;
  if (targets.length > 0) {
    if (backend === 'tensorrt') {
      const text =
        "options.targets: TensorRT builds on the GPU that a plan is for; use backend: 'tensorrt-rtx', or hardwareCompatibility on such a GPU";
      throw new NodeTensorRTError('UNSUPPORTED', text, { option: 'options.targets', backend });
    }
    return { ...(await open('tensorrt-rtx', signal)), targets, device: undefined };
  }
  if (backend !== 'auto') return onGpu(backend, request);
  const causes: string[] = [];
  for (const candidate of backends) {
    try {
      return await onGpu(candidate, request);
    } catch (error) {
      if (!(error instanceof NodeTensorRTError) || error.code !== 'BACKEND_UNAVAILABLE') throw error;
      if (error.details['reason'] === 'no-gpu') throw error;
      causes.push(error.message);
    }
  }
  const text = `options.backend: no TensorRT can be used here. ${causes.join('. ')}`;
  throw new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { option: 'options.backend', causes });
}

/** What to do without a GPU, where a plan is wanted, and where it is to run here. */
const BUILD_FOR_OTHERS = `For the GPUs of other machines give targets, such as targets: ['sm86'], which ${backendTitles['tensorrt-rtx']} builds for without a GPU.`;
const RUN_ON_CPU =
  "Without an NVIDIA GPU and its driver models run on the CPU (backend: 'cpu'). node-tensorrt doctor says what is missing.";

async function onGpu(backend: Backend, { device, signal, output }: PlanRequest): Promise<ChosenBackend> {
  const files = findBuilder(backend);
  const found = await findDevice(device, files, signal, output === undefined ? RUN_ON_CPU : BUILD_FOR_OTHERS);
  return { ...(await open(backend, signal)), targets: [targetOf(Number(found.computeCapability))], device: found };
}

async function open(backend: Backend, signal: AbortSignal | undefined) {
  const files = findBuilder(backend);
  return { backend, files, library: await findLibrary(backend, files, signal) };
}
