import type { TensorMap } from '../../tensor/types.js';
import { Pauses } from '../file/pauses.js';
import { serializeModel } from '../file/write-model.js';
import { cloneModel } from '../graph/clone.js';
import type { Model } from '../graph/model.js';
import { StatisticsCollector } from '../numeric/statistics.js';
import type { LoadRunner } from '../runner.js';
import { withSample } from '../with-sample.js';
import type { ValueRange } from './ranges.js';

/** Values that are looked at in one run: ONNX Runtime keeps all outputs that a model has until a run ends. */
const VALUES_PER_RUN = 64;
/** Elements that are looked at in one go: a MiB. */
const SLICE_ELEMENTS = 2 ** 18;

/**
 * Runs samples and notes how large the float32 values of the main graph become. Types must be inferred. The model is loaded
 * and run as often as groups of values need it.
 */
export async function measureRanges(
  model: Model,
  samples: readonly TensorMap[],
  loadRunner: LoadRunner,
  signal?: AbortSignal,
): Promise<Map<string, ValueRange>> {
  const ranges = new RangeMeter();
  const inputs = model.graph.inputs.filter((value) => !value.initializer).map(({ name }) => name);
  for (const sample of samples) await ranges.add(sample, inputs);
  const names = [...model.graph.values]
    .filter((value) => value.elementType === 'float32' && value.producer && !value.producer.is('Constant'))
    .map(({ name }) => name);
  for (let at = 0; at < names.length; at += VALUES_PER_RUN) {
    signal?.throwIfAborted();
    const group = names.slice(at, at + VALUES_PER_RUN);
    const runner = await loadRunner(await serializeModel(withOutputs(model, group)), { optimize: false });
    try {
      for (const [index, sample] of samples.entries()) {
        signal?.throwIfAborted();
        const results = await withSample('options.samples', index, () => runner.run(sample, group));
        await ranges.add(results, group);
      }
    } finally {
      await runner.close();
    }
  }
  return ranges.found;
}

class RangeMeter {
  readonly found = new Map<string, ValueRange>();
  readonly #pauses = new Pauses();

  /** Those of these names that are float32. */
  async add(tensors: TensorMap, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const tensor = tensors[name];
      if (tensor?.type === 'float32') await this.#addOne(name, tensor.data as Float32Array);
    }
  }

  async #addOne(name: string, data: Float32Array): Promise<void> {
    const collector = new StatisticsCollector('float32', 'float16');
    for (let at = 0; at < data.length; at += SLICE_ELEMENTS) {
      collector.add(data.subarray(at, at + SLICE_ELEMENTS));
      if (this.#pauses.due) await this.#pauses.take();
    }
    const { count, finite, largestMagnitude } = collector.result();
    const before = this.found.get(name) ?? { max: 0, hasNonFinite: false };
    this.found.set(name, {
      max: Math.max(before.max, largestMagnitude),
      hasNonFinite: before.hasNonFinite || finite < count,
    });
  }
}

/** A copy that returns these values, and nothing else. */
function withOutputs(model: Model, names: readonly string[]): Model {
  const copy = cloneModel(model);
  const { graph } = copy;
  graph.setOutputs(names.flatMap((name) => graph.find(name) ?? []));
  return copy;
}
