import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import type { CastReport } from '../onnx/cast/report.js';
import type { Model } from '../onnx/graph/model.js';
import { DerivedModels, defaultCacheFolder, hashOfModel } from './derived-models.js';
import type { ResolvedLoadOptions } from './load-options.js';
import type { Deviation, Placement } from './placement.js';

/** Raised when casting makes other models of the same ones, so that no entry of an older version is used. */
const DERIVATION_VERSION = 1;

/** What is loaded where a precision was asked for, and what `placement` says of it. */
export interface PrecisionChoice {
  source: string | Uint8Array;
  precision: Placement['precision'];
  reason: string;
  nodes: Placement['nodes'];
  deviations: readonly Deviation[];
}

/**
 * Makes of a model one in the precision that was asked for, or finds it in the cache.
 *
 * ONNX Runtime's CPU backend has next to no arithmetic of 16 bits on x64, so float16 models are computed in float32 there,
 * with values rounded to float16 in between; it has no bfloat16 operators at all.
 */
export async function choosePrecision(
  source: string | Uint8Array,
  options: ResolvedLoadOptions,
): Promise<PrecisionChoice> {
  const { precision } = options;
  const asIs = (inForce: Placement['precision'], reason: string): PrecisionChoice => ({
    source,
    precision: inForce,
    reason,
    nodes: [],
    deviations: [],
  });
  if (precision === undefined) return asIs('model', 'as the graph says');
  const path = typeof source === 'string' ? await modelPath(source) : source;
  const { readModel } = await import('../onnx/file/read-model.js');
  const model = await readModel(path, {
    externalData: options.externalData,
    limits: { nodes: options.limits.nodes, hardLinks: options.limits.hardLinks },
  });
  options.signal?.throwIfAborted();
  const found = precisionOf(model);
  if (precision === 'fp32') {
    if (found === 'fp32') return asIs('fp32', 'the graph is float32');
    const text = `options.precision: 'fp32' cannot be had of a model that ${found}; load it without options.precision`;
    throw new NodeTensorRTError('INVALID_ARGUMENT', text, {
      option: 'options.precision',
      expected: 'a float32 model',
      received: found,
    });
  }
  if (precision === 'bf16') return bfloat16(source, options.fallback);
  const to = precision;
  const key = await hashOfModel(path, model, { cast: to, version: DERIVATION_VERSION });
  options.signal?.throwIfAborted();
  const cache = options.cacheDir === false ? undefined : new DerivedModels(options.cacheDir ?? defaultCacheFolder());
  const cached = await cache?.find(key);
  if (cached) return chosen(cached.path, cached.report as CastReport);
  const { castGraph } = await import('../onnx/cast/cast-graph.js');
  const { resolveCastOptions } = await import('../onnx/cast/options.js');
  const { prepareCast } = await import('../onnx/cast/prepare.js');
  // Of engines, which load by way of this file.
  const { engineRunner } = await import('./model-runner.js');
  await prepareCast(model, to, engineRunner);
  const report = await castGraph(model, resolveCastOptions({ to }));
  options.signal?.throwIfAborted();
  return chosen(await keep(cache, key, model, report), report);
}

/** In the cache, or in memory where there is none or it cannot be written. */
async function keep(
  cache: DerivedModels | undefined,
  key: string,
  model: Model,
  report: CastReport,
): Promise<string | Uint8Array> {
  try {
    if (cache) return await cache.add(key, model, report);
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

function chosen(source: string | Uint8Array, report: CastReport): PrecisionChoice {
  const kept = report.nodes.filter(({ precision }) => precision === 'fp32');
  return {
    source,
    precision: report.to,
    reason:
      `${report.low} nodes became float16 and ${report.fp32} are float32; ONNX Runtime's CPU computes float16 in float32 where it ` +
      'has no operator of 16 bits (on x64 nearly everywhere) and rounds the results',
    nodes: kept.map(({ node, reason }) => ({ name: node, reason: `float32: ${reason}` })),
    deviations: [],
  };
}

function bfloat16(source: string | Uint8Array, fallback: ResolvedLoadOptions['fallback']): PrecisionChoice {
  const reason = "ONNX Runtime's CPU has no bfloat16 operators";
  if (fallback === 'error') {
    const text = `options.precision: 'bf16' cannot be had: ${reason}. Use fallback: 'warn' or 'allow' to run in float32 instead.`;
    throw new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { option: 'options.precision', asked: 'bf16' });
  }
  const deviations = [{ option: 'precision', asked: 'bf16', inForce: 'model', reason }];
  return { source, precision: 'model', reason: `as the graph says: ${reason}`, nodes: [], deviations };
}

/** 'fp32', or what else a graph has. */
function precisionOf(model: Model): 'fp32' | 'is float16 or bfloat16 in parts' | 'is quantised' {
  for (const node of model.nodes()) {
    if (
      /^(QuantizeLinear|DequantizeLinear|QLinear\w+|DynamicQuantizeLinear|MatMulInteger|ConvInteger)$/.test(node.opType)
    )
      return 'is quantised';
  }
  for (const graph of model.graphs()) {
    for (const { elementType } of graph.values) {
      if (elementType === 'float16' || elementType === 'bfloat16') return 'is float16 or bfloat16 in parts';
    }
  }
  return 'fp32';
}

/** The model in a model folder, another path as it is. What is missing is said by who loads it. */
export async function modelPath(source: string): Promise<string> {
  const isFolder = await stat(source).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return isFolder ? join(source, 'model.onnx') : source;
}
