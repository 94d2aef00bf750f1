import { NodeTensorRTError } from '../../errors.js';
import type { TensorMap } from '../../tensor/types.js';
import { serializeModel } from '../file/write-model.js';
import { cloneModel } from '../graph/clone.js';
import type { Model } from '../graph/model.js';
import { StatisticsCollector } from '../numeric/statistics.js';
import type { LoadRunner } from '../runner.js';
import type { ValueRange } from './ranges.js';

/** Values that are looked at in one run: what they take is held at the same time. */
const VALUES_PER_RUN = 64;

/**
 * Runs samples and notes how large the float32 values of the main graph become. Types must be inferred. The model is run as
 * often as groups of values need it.
 */
export async function measureRanges(
  model: Model,
  samples: readonly TensorMap[],
  loadRunner: LoadRunner,
  signal?: AbortSignal,
): Promise<Map<string, ValueRange>> {
  if (samples.length === 0)
    throw new NodeTensorRTError('INVALID_ARGUMENT', 'options.samples: expected at least one sample');
  const inputs = new Set(model.graph.inputs.filter((value) => !value.initializer).map(({ name }) => name));
  const names = [...model.graph.values]
    .filter((value) => value.elementType === 'float32' && value.producer && !value.producer.is('Constant'))
    .map(({ name }) => name);
  const ranges = new Map<string, ValueRange>();
  for (const name of inputs) {
    for (const sample of samples) {
      const tensor = sample[name];
      if (tensor?.type === 'float32') add(ranges, name, tensor.data as Float32Array);
    }
  }
  for (let at = 0; at < names.length; at += VALUES_PER_RUN) {
    signal?.throwIfAborted();
    const group = names.slice(at, at + VALUES_PER_RUN);
    const runner = await loadRunner(await serializeModel(withOutputs(model, group)), { optimize: false });
    try {
      for (const sample of samples) {
        signal?.throwIfAborted();
        const results = await runner.run(sample, group);
        for (const name of group) {
          const tensor = results[name];
          if (tensor?.type === 'float32') add(ranges, name, tensor.data as Float32Array);
        }
      }
    } finally {
      await runner.close();
    }
  }
  return ranges;
}

function add(ranges: Map<string, ValueRange>, name: string, data: Float32Array): void {
  const collector = new StatisticsCollector('float32', 'float16');
  collector.add(data);
  const { count, finite, largestMagnitude } = collector.result();
  const before = ranges.get(name) ?? { max: 0, hasNonFinite: false };
  ranges.set(name, {
    max: Math.max(before.max, largestMagnitude),
    hasNonFinite: before.hasNonFinite || finite < count,
  });
}

/** A copy that returns these values, and nothing else. */
function withOutputs(model: Model, names: readonly string[]): Model {
  const copy = cloneModel(model);
  const { graph } = copy;
  graph.setOutputs(names.flatMap((name) => graph.find(name) ?? []));
  return copy;
}
