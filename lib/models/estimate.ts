import { modelSource } from '../engine/model-source.js';
import { withCallerStack } from '../errors.js';
import type { NativeModelEstimate } from '../native/model-contract.js';
import { getPort } from '../native/port.js';
import { stageModel } from '../native/stage-model.js';
import { type MemoryBound, memoryBounds } from './available-memory.js';
import { type EstimateOptions, type ResolvedEstimateOptions, resolveEstimateOptions } from './estimate-options.js';

/** An input or output as the model declares it. */
export interface ModelValue {
  name: string;
  /** As ONNX calls it: also types that no engine takes, such as 'int4'; '' for a sequence, a map or an optional. */
  type: string;
  /** A string is a symbolic dimension, '' one without a name. undefined: of any rank. */
  dims: readonly (number | string)[] | undefined;
}

/** What the intermediate tensors of one run take. */
export interface ActivationEstimate {
  /** Rows of the run. */
  batch: number;
  /** Bytes at the peak; null if nothing can be said before a run. */
  bytes: number | null;
  /**
   * 'peak': every size is known. 'at-least': the sizes of some tensors are not, and only the others are counted.
   * 'unknown': `bytes` is null.
   */
  kind: 'peak' | 'at-least' | 'unknown';
  /** Why it is not 'peak'; '' if it is. */
  reason: string;
}

/** What `estimateModel` tells. Bytes are null where nothing honest can be said; `basis` says why. */
export interface ModelEstimate {
  /** Operator sets that it imports; domain '' is ai.onnx. */
  opset: readonly { domain: string; version: number }[];
  irVersion: number;
  /** Who wrote it, as it says. */
  producer: string;
  /** With those of subgraphs and local functions. */
  nodes: number;
  inputs: readonly ModelValue[];
  outputs: readonly ModelValue[];
  /** The model's own file, without external data. */
  fileBytes: number;
  /** The file less the tensors in it. */
  graphBytes: number;
  /** Data in other files. */
  externalBytes: number;
  /** All tensors of the model: initialisers, constants, external data. */
  weightsBytes: number;
  /** The same by element type. */
  weights: Readonly<Record<string, number>>;
  /** One per batch size, ascending. */
  activations: readonly ActivationEstimate[];
  /** Of the largest batch, for all instances. */
  activationBytes: number | null;
  /** Buffers in which batches are put together. */
  stagingBytes: number | null;
  /** Weights, activations and staging; null if one of them is. */
  totalBytes: number | null;
  /** What the process can still take: the smallest of `bounds`. */
  availableBytes: number;
  bounds: readonly MemoryBound[];
  /** Whether the total fits into what is available; null if that cannot be said. */
  fits: boolean | null;
  /** Where each number comes from. */
  basis: Readonly<Record<EstimatedNumber, string>>;
}

export type EstimatedNumber =
  | 'weightsBytes'
  | 'graphBytes'
  | 'activationBytes'
  | 'stagingBytes'
  | 'totalBytes'
  | 'availableBytes';

/**
 * What a model would take, without loading it: its weights are not read, and nothing is run. The scan is that of
 * `Engine.load`, with the same limits, on a thread of its own. docs/many-models.md says how well it agrees.
 *
 * @param model as for `Engine.load`
 * @throws NodeTensorRTError as `Engine.load`, as far as the scan refuses models. An abort rejects with `signal.reason`.
 */
export async function estimateModel(
  model: string | URL | Uint8Array,
  options?: EstimateOptions,
): Promise<ModelEstimate> {
  const resolved = resolveEstimateOptions(options);
  const { load } = resolved;
  load.signal?.throwIfAborted();
  const source = modelSource(model);
  const port = getPort();
  const { model: staged, externalData } = await stageModel(port, source, load.externalData);
  load.signal?.throwIfAborted();
  const { limits, freeDimensionOverrides } = load;
  const { inputDims, batchSizes } = resolved;
  const found = await port
    .request(
      (id) =>
        port.native.estimate(id, staged, {
          externalData,
          limits,
          freeDimensionOverrides,
          inputDims,
          batches: batchSizes,
        }),
      (native) => native.takeEstimate(),
    )
    .catch((error: unknown) => {
      throw withCallerStack(error);
    });
  load.signal?.throwIfAborted();
  const { poolRoom } = found;
  return toEstimate(found, resolved, [
    ...memoryBounds(),
    ...(poolRoom === null ? [] : [{ name: 'pool', bytes: poolRoom }]),
    ...(load.memoryLimitBytes === 0 ? [] : [{ name: 'engine', bytes: load.memoryLimitBytes }]),
  ]);
}

function toEstimate(
  found: NativeModelEstimate,
  options: ResolvedEstimateOptions,
  bounds: readonly MemoryBound[],
): ModelEstimate {
  const { instances, batching } = options.load;
  const activations = (found.freeBatch ? found.activations : found.activations.slice(0, 1)).map(
    ({ batch, bytes, exact, reason }): ActivationEstimate => ({
      batch: found.freeBatch ? batch : fixedBatch(found),
      bytes,
      kind: bytes === null ? 'unknown' : exact ? 'peak' : 'at-least',
      reason,
    }),
  );
  const largest = activations[activations.length - 1] as ActivationEstimate;
  const weightsBytes = Object.values(found.weights).reduce((sum, bytes) => sum + bytes, 0);
  const activationBytes = largest.kind === 'peak' ? (largest.bytes as number) * instances : null;
  const stagingBytes = staging(found, options);
  const parts = [weightsBytes, activationBytes, stagingBytes];
  const atLeast = weightsBytes + (largest.bytes ?? 0) * instances + (stagingBytes ?? 0);
  const totalBytes = parts.includes(null) ? null : atLeast;
  const availableBytes = Math.min(...bounds.map(({ bytes }) => bytes));
  const smallest = bounds.find(({ bytes }) => bytes === availableBytes)?.name;
  return {
    opset: found.opset,
    irVersion: found.irVersion,
    producer: found.producer,
    nodes: found.nodes,
    inputs: found.inputs.map(toValue),
    outputs: found.outputs.map(toValue),
    fileBytes: found.fileBytes,
    graphBytes: Math.max(0, found.fileBytes - Math.max(0, weightsBytes - found.externalBytes)),
    externalBytes: found.externalBytes,
    weightsBytes,
    weights: found.weights,
    activations,
    activationBytes,
    stagingBytes,
    totalBytes,
    availableBytes,
    bounds,
    fits: totalBytes === null && atLeast <= availableBytes ? null : atLeast <= availableBytes,
    basis: {
      weightsBytes: 'shapes and types of all tensors in the model and its external data; strings count as nothing',
      graphBytes: 'size of the file less the tensors in it',
      activationBytes:
        activationBytes !== null
          ? `peak of the tensors that live at the same time in a run of ${largest.batch}, times ${instances} instances`
          : largest.bytes === null
            ? largest.reason
            : `at least ${largest.bytes * instances}: ${largest.reason}`,
      stagingBytes: stagingBasis(found, options, stagingBytes),
      totalBytes:
        totalBytes !== null
          ? 'weights, activations and staging; requests that wait (maxQueueBytes) come on top'
          : `at least ${atLeast}: what is not known counts as nothing`,
      availableBytes: `the smallest of ${bounds.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')}: ${smallest}`,
    },
  };

  function stagingBasis(of: NativeModelEstimate, given: ResolvedEstimateOptions, bytes: number | null): string {
    if (bytes === null) return of.activations[of.activations.length - 1]?.reason ?? '';
    if (!batching.proof.enabled) return 'no batches: batching is false';
    if (!of.freeBatch) return 'no batches: the first dimension of the inputs is fixed';
    return `${instances + 1} buffers for the inputs of ${given.batchSizes[given.batchSizes.length - 1]} rows, if batching is proved`;
  }
}

/** Design: at most `instances + 1` buffers, each for the largest batch. */
function staging(found: NativeModelEstimate, { load, batchSizes }: ResolvedEstimateOptions): number | null {
  if (!load.batching.proof.enabled || !found.freeBatch) return 0;
  const inputBytes = found.activations[batchSizes.length - 1]?.inputBytes ?? null;
  return inputBytes === null ? null : inputBytes * (load.instances + 1);
}

function fixedBatch({ inputs }: NativeModelEstimate): number {
  const first = inputs[0]?.dims[0];
  return typeof first === 'number' ? first : 1;
}

function toValue({ name, type, dims, anyRank }: NativeModelEstimate['inputs'][number]): ModelValue {
  return { name, type, dims: anyRank ? undefined : dims };
}
