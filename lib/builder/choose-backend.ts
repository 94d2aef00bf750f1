import { NodeTensorRTError } from '../errors.js';
import { findGpus, type GpuInfo } from '../machine/gpus.js';
import { runTool } from '../machine/run-tool.js';
import { type Backend, backends, backendTitles } from './backend.js';
import type { PlanRequest } from './build-options.js';
import type { LibraryEvent } from './events.js';
import { type BuilderFiles, findBuilder } from './find-builder.js';
import { findLibrary } from './find-library.js';
import { targetOf } from './targets.js';

/** The GPU that a plan is built on and for. */
export interface BuildDevice {
  readonly name: string;
  readonly uuid: string;
  readonly computeCapability: string;
  readonly driver: string;
}

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
  const device = await findDevice(request.device);
  const capability = Number(device.computeCapability);
  const place = { targets: [targetOf(capability)], device };
  if (backend !== 'auto') return { ...(await open(backend, signal)), ...place };
  const causes: string[] = [];
  for (const candidate of backends) {
    try {
      return { ...(await open(candidate, signal)), ...place };
    } catch (error) {
      if (!(error instanceof NodeTensorRTError) || error.code !== 'BACKEND_UNAVAILABLE') throw error;
      causes.push(error.message);
    }
  }
  const text = `options.backend: no TensorRT can be used here. ${causes.join('. ')}`;
  throw new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { option: 'options.backend', causes });
}

async function open(backend: Backend, signal: AbortSignal | undefined) {
  const files = findBuilder(backend);
  return { backend, files, library: await findLibrary(backend, files, signal) };
}

async function findDevice(wanted: number | string): Promise<BuildDevice> {
  const { gpus, driver } = await findGpus(runTool);
  const gpu = gpus.find(({ index, uuid }) => index === wanted || uuid === wanted);
  if (!gpu || gpu.computeCapability === null) throw noGpu(wanted, gpus);
  return {
    name: gpu.name,
    uuid: gpu.uuid,
    computeCapability: gpu.computeCapability.toFixed(1),
    driver: driver ?? 'unknown',
  };
}

function noGpu(wanted: number | string, gpus: readonly GpuInfo[]): NodeTensorRTError {
  const there = gpus.length === 0 ? 'no GPU' : gpus.map(({ index, uuid }) => `${index} (${uuid})`).join(', ');
  const text = `options.device: GPU ${wanted} cannot be built for: this machine has ${there}. For other machines give targets, such as targets: ['sm86'], which ${backendTitles['tensorrt-rtx']} builds for without a GPU.`;
  return new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { option: 'options.device', reason: 'no-gpu' });
}
