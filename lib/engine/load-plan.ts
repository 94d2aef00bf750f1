import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Backend, backendTitles } from '../builder/backend.js';
import { findBuilder } from '../builder/find-builder.js';
import { runtimeCacheFile } from '../cache/runtime-caches.js';
import { argumentError, NodeTensorRTError } from '../errors.js';
import type { NativePlanNames, NativePlanRequest } from '../native/plan-contract.js';
import type { PlanHeader, PlanTensor } from '../plan/header.js';
import { BUILD_AGAIN, incompatible } from '../plan/incompatible.js';
import { openRegular } from '../plan/open-plan.js';
import type { ShapeProfile } from '../plan/profile.js';
import { verifyPlan } from '../plan/verify.js';
import { isBytes } from '../tensor/data-types.js';
import type { ResolvedLoadOptions } from './load-options.js';
import type { FittingWeights } from './refit.js';

/** A plan that may be loaded, and is open until it is. */
export interface OpenedPlan {
  readonly request: NativePlanRequest;
  readonly header: PlanHeader;
  readonly path: string;
  /** Whose signature it is trusted for. */
  readonly trustedBy: string;
  /** Whose weights it gets; undefined: it has its own. */
  readonly weights: FittingWeights | undefined;
  close(): Promise<void>;
}

/**
 * Opens a plan file and checks that it is whole, trusted, and for this system and backend. Throws ENGINE_INCOMPATIBLE,
 * MODEL_INVALID where there is no file, BACKEND_UNAVAILABLE, and INVALID_ARGUMENT for options that no plan has.
 */
export async function openPlan(given: string, options: ResolvedLoadOptions): Promise<OpenedPlan> {
  const path = resolve(given);
  checkOptions(options, path);
  const file = await openRegular(path);
  let weights: FittingWeights | undefined;
  const close = async () => {
    await file.close();
    await weights?.dispose();
  };
  try {
    const { header, trustedBy } = await verifyPlan(file, {
      ...(options.trust && { trust: options.trust }),
      ...(options.signal && { signal: options.signal }),
    });
    checkPlace(header, options, path);
    weights = await weightsOf(header, path, options);
    const { backend, payload, inputs, outputs, profiles } = header;
    const device = options.device === undefined ? '' : String(options.device);
    const request: NativePlanRequest = {
      module: findBuilder(backend).module,
      flavour: backend,
      library: '',
      device,
      file: pathOfOpen(file, path),
      offset: payload.offset,
      bytes: payload.bytes,
      runtimeCache: await runtimeCacheFile(header, options.cacheDir, device),
      weights: weights?.path ?? '',
      weightBudget: weightBudget(options),
      log: 0,
      inputs: inputs.map((input) => inputNames(input, profiles)),
      outputs: outputs.map(({ name, dims }) => ({ name, dims, usual: [] })),
    };
    return { request, header, path, trustedBy, weights, close };
  } catch (error) {
    await close();
    throw withPath(error, path);
  }
}

/** Those of `options.refit`, which are checked. */
async function weightsOf(header: PlanHeader, path: string, options: ResolvedLoadOptions) {
  if (options.refit === undefined) return undefined;
  const { fittingWeights } = await import('./refit.js');
  return fittingWeights(header, path, options.refit, options);
}

/** As the addon has it. */
function weightBudget({ weightStreamingBudget }: ResolvedLoadOptions): number {
  return weightStreamingBudget === 'auto' ? -1 : (weightStreamingBudget ?? -2);
}

/** An input as it may be: what all profiles have the same size of is not open. */
function inputNames({ name, dims }: PlanTensor, profiles: readonly ShapeProfile[]): NativePlanNames {
  const ranges = profiles.map((profile) => profile[name]);
  const sizeOf = (axis: number) => {
    const sizes = new Set(ranges.flatMap((range) => [range?.min[axis], range?.max[axis]]));
    const [size] = sizes;
    return sizes.size === 1 ? size : undefined;
  };
  return { name, dims: dims.map((dim, axis) => sizeOf(axis) ?? dim), usual: ranges[0]?.opt ?? [] };
}

/** The file that was checked, whatever has taken its path since; elsewhere than on Linux there is no such name. */
function pathOfOpen(file: FileHandle, path: string): string {
  return process.platform === 'linux' ? `/proc/self/fd/${file.fd}` : path;
}

/** Errors about an open file do not know its path. */
function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof NodeTensorRTError) || error.details['path'] !== 'the plan') return error;
  return new NodeTensorRTError(error.code, error.message.replace('the plan', path), { ...error.details, path });
}

function checkOptions(options: ResolvedLoadOptions, path: string): void {
  const { backend, device, precision, probe, externalData, refit } = options;
  const because = `, as ${path} is a plan`;
  const ofModels = {
    profiles: options.profiles !== undefined,
    tf32: options.tf32,
    freeDimensionOverrides: Object.keys(options.freeDimensionOverrides).length > 0,
    'cpu.graphOptimizationLevel': options.graphOptimizationLevel !== 'all',
    'cpu.sessionConfig': Object.keys(options.sessionConfig).length > 0,
    customOperators: options.customOperators.length > 0,
  };
  const [given] = Object.entries(ofModels).find(([, isGiven]) => isGiven) ?? [];
  if (given) throw argumentError(`options.${given}`, `nothing${because}, not a model`, 'a value');
  if (backend === 'cpu') throw argumentError('options.backend', `that of the plan, or 'auto'${because}`, backend);
  if (device === 'cpu') throw argumentError('options.device', `a GPU${because}`, device);
  if (precision !== undefined) throw argumentError('options.precision', `nothing${because} and has one`, precision);
  if (probe) throw argumentError('options.probe', `nothing${because}, not a model`, true);
  if (externalData.length > 0 && !isBytes(refit)) {
    throw argumentError('options.externalData', `nothing${because}`, externalData);
  }
}

function checkPlace(
  { backend, platform, stripped, model }: PlanHeader,
  { backend: wanted, refit }: ResolvedLoadOptions,
  path: string,
): void {
  if (wanted !== 'auto' && wanted !== backend) {
    const text = `is a plan of ${backendTitles[backend]}, and options.backend asks for ${backendTitles[wanted as Backend]}. Leave options.backend out, or build it for that.`;
    throw incompatible('backend', path, text, { backend, asked: wanted });
  }
  if (stripped && refit === undefined) {
    const text = `${path} was built without weights (stripWeights): give its model, ${model.name}, as options.refit`;
    throw new NodeTensorRTError('UNSUPPORTED', text, { path, reason: 'stripped' });
  }
  const here = `${process.platform}-${process.arch}`;
  if (platform !== here) {
    throw incompatible(
      'platform',
      path,
      `was built on ${platform} for such systems, and this is ${here}. ${BUILD_AGAIN}`,
      {
        platform,
        here,
      },
    );
  }
}

/**
 * What TensorRT says of a plan that it does not load, with both versions where they are why.
 * @param error of native code
 */
export function explainRefusal(error: unknown, { path, header, weights }: OpenedPlan): unknown {
  if (!(error instanceof NodeTensorRTError)) return error;
  if (error.code === 'BACKEND_UNAVAILABLE') {
    const text = `${path} cannot be loaded: ${error.message}. Plans need an NVIDIA GPU, its driver and ${backendTitles[header.backend]}; node-tensorrt doctor says what is missing`;
    const details = { ...error.details, path, backend: header.backend };
    return new NodeTensorRTError(error.code, text, details, { cause: error });
  }
  if (error.code !== 'ENGINE_INCOMPATIBLE') return error;
  if (error.details['reason'] === 'refit' && weights) {
    const text = error.message.replace(weights.path, weights.name);
    return new NodeTensorRTError(
      'ENGINE_INCOMPATIBLE',
      `${path}: ${text}`,
      { ...error.details, path },
      { cause: error },
    );
  }
  const there = error.details['version'];
  const details = { ...error.details, path, builtWith: header.version, targets: header.targets };
  const title = backendTitles[header.backend];
  if (typeof there === 'string' && there !== header.version && !header.versionCompatible) {
    const text = `${path} was built with ${title} ${header.version}, and this machine has ${there}, which does not load it. ${BUILD_AGAIN} ${error.message}`;
    return new NodeTensorRTError('ENGINE_INCOMPATIBLE', text, { ...details, reason: 'version' }, { cause: error });
  }
  const text = `${path} (${title} ${header.version}, for ${header.targets.join(', ')}) is not loaded: ${error.message}`;
  return new NodeTensorRTError('ENGINE_INCOMPATIBLE', text, details, { cause: error });
}
