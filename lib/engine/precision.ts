import { castCached } from '../cache/cast-cached.js';
import { NodeTensorRTError } from '../errors.js';
import { checkPrecision } from '../onnx/cast/check-precision.js';
import type { CastReport } from '../onnx/cast/report.js';
import { GivenModel } from '../onnx/given-model.js';
import type { ResolvedLoadOptions } from './load-options.js';
import { modelPath } from './model-path.js';
import type { Deviation, Placement } from './placement.js';

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
  const model = new GivenModel(path, options.limits, options.externalData);
  checkPrecision(await model.describe(), precision);
  options.signal?.throwIfAborted();
  if (precision === 'fp32') return asIs('fp32', 'the graph is float32');
  if (precision === 'bf16') return bfloat16(source, options.fallback);
  // Of engines, which load by way of this file.
  const { engineRunner } = await import('./model-runner.js');
  const cast = await castCached(model, precision, { ...options, loadRunner: engineRunner });
  return chosen(cast.model.source, cast.report);
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
