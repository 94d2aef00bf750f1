import { argumentError } from '../errors.js';
import { type CastGraphOptions, castOptionNames, resolveCastOptions } from '../onnx/cast/options.js';
import type { CastReport } from '../onnx/cast/report.js';
import type { ReadOptions } from '../onnx/file/read-model.js';
import type { Model } from '../onnx/graph/model.js';
import { integerOption, iterableOption, knownKeys, objectOption, signalOption } from '../options.js';
import type { TensorMap } from '../tensor/types.js';
import { engineRunner } from './later-runner.js';
import { type ModelInput, openModel } from './open-model.js';

/** Options of `castModel`. */
export interface CastOptions extends CastGraphOptions {
  /**
   * Inputs that are like those in use. The model is run with them to see how large its values become: what would overflow
   * or vanish stays float32, and exponentials, powers and sums, which stay float32 without samples, are cast where that is
   * safe.
   */
  samples?: AsyncIterable<TensorMap> | Iterable<TensorMap>;
  /** Samples that are used at most; they are in memory at the same time. 1 to 10,000. @default 32 */
  maxSamples?: number;
  /** For a model given as bytes: its files of external data. */
  externalData?: ReadOptions['externalData'];
  /** Abandons the work. */
  signal?: AbortSignal;
}

/** What `castModel` gives. */
export interface CastResult {
  /** The model in the other precision: `writeModel` writes it. Weights are converted while they are written. */
  readonly model: Model;
  /** What became of each node, and why. */
  readonly report: CastReport;
}

/**
 * Puts a precision of 16 bits into a model, as TensorRT 11 wants it: float32 values become float16 or bfloat16, with Cast
 * nodes where they meet what stays float32. Names of inputs, outputs and of values between nodes stay the same. The model
 * given is not changed.
 *
 * Without samples, weights alone decide what would overflow or vanish.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT (also for a node or operator in `exclude` or `include` that the model does not
 *   have: `details.near` has the nearest), OUT_OF_RANGE, and MODEL_INVALID as `readModel`
 * @example
 * const { model, report } = await castModel('model.onnx', { to: 'fp16', samples });
 * await writeModel(model, 'model-fp16.onnx');
 */
export async function castModel(input: ModelInput, given: CastOptions): Promise<CastResult> {
  const options = objectOption<CastOptions>('options', given);
  knownKeys('options', options, [...castOptionNames, 'samples', 'maxSamples', 'externalData', 'signal']);
  const resolved = resolveCastOptions(options);
  const maxSamples = integerOption('options.maxSamples', options.maxSamples ?? 32, 1, 10_000);
  const signal = options.signal === undefined ? undefined : signalOption('options.signal', options.signal);
  signal?.throwIfAborted();
  const model = await openModel(input, options.externalData ? { externalData: options.externalData } : {});
  // Part by part, each in a turn of the event loop: all at once they would keep it.
  await import('../onnx/infer/infer-types.js');
  await import('../onnx/passes/fold-constants.js');
  await import('../onnx/upgrade/upgrade.js');
  const { prepareCast } = await import('../onnx/cast/prepare.js');
  const { castGraph } = await import('../onnx/cast/cast-graph.js');
  const { ChosenNames } = await import('../onnx/cast/chosen-names.js');
  const chosen = new ChosenNames(options);
  await chosen.add(model);
  await prepareCast(model, resolved.to, engineRunner);
  await chosen.add(model);
  await chosen.check();
  const samples = options.samples === undefined ? undefined : await take(options.samples, maxSamples);
  if (samples === undefined) return { model, report: await castGraph(model, resolved) };
  const { measureRanges } = await import('../onnx/cast/measure-ranges.js');
  const ranges = await measureRanges(model, samples, engineRunner, signal);
  return { model, report: await castGraph(model, resolved, ranges) };
}

async function take(samples: unknown, max: number): Promise<TensorMap[]> {
  const taken: TensorMap[] = [];
  for await (const sample of iterableOption('options.samples', samples)) {
    taken.push(objectOption<TensorMap>(`options.samples[${taken.length}]`, sample));
    if (taken.length === max) break;
  }
  if (taken.length === 0) throw argumentError('options.samples', 'at least one sample', 'none');
  return taken;
}
