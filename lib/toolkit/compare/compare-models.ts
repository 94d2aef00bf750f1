import { Pauses } from '../../onnx/file/pauses.js';
import type { Runner } from '../../onnx/runner.js';
import { withSample } from '../../onnx/with-sample.js';
import { iterableOption } from '../../options.js';
import type { TensorLike, TensorMap } from '../../tensor/types.js';
import { type CompareOptions, compareOptions, type ResolvedCompareOptions } from './compare-options.js';
import { compareIntermediates } from './intermediates/compare-intermediates.js';
import { OutputRecord } from './output-record.js';
import { checkToleranceNames, pairOutputs } from './pair-outputs.js';
import { COMPARISON_FORMAT, type ComparisonReport } from './report.js';
import { checkSample, copySample, type InputsOf, inputsFor, noSamples, type Samples } from './sample-inputs.js';
import { Side } from './side.js';
import { type ComparedModel, sideOption } from './side-option.js';
import { compareTensors } from './statistics/compare-tensors.js';
import { judge, toleranceOf } from './tolerances.js';

/**
 * Runs two models on the same samples and says how far b is from a: per output, per sample and, if asked for, for every
 * value inside, so that the first node that goes wrong is named. One model on two backends or in two precisions is two
 * models here. The event loop is not held up.
 *
 * @param a the reference
 * @param b what is compared with it
 * @param samples tensors by input name, one map per run. They are read one at a time, so there may be any number
 * @throws NodeTensorRTError INVALID_ARGUMENT (options; an output that is not there; no samples; a sample without an input;
 *   `details` says which), SHAPE_MISMATCH (the outputs of both have other shapes), and what loading and running throws.
 *   An abort rejects with `signal.reason`.
 * @example
 * const report = await compareModels('model.onnx', 'model-fp16.onnx', samples, { tolerances: { snr: 40 } });
 * console.log(formatComparison(report));
 */
export async function compareModels(
  a: ComparedModel,
  b: ComparedModel,
  samples: Samples,
  options: CompareOptions = {},
): Promise<ComparisonReport> {
  const settings = compareOptions(options);
  const given = iterableOption<TensorMap>('samples', samples);
  const sides = [new Side(sideOption('a', a), settings.signal), new Side(sideOption('b', b), settings.signal)] as const;
  return compareSides(...sides, given, settings);
}

/** `compareModels` of what was checked. */
export async function compareSides(
  a: Side,
  b: Side,
  samples: Samples,
  settings: ResolvedCompareOptions,
): Promise<ComparisonReport> {
  const { signal, emulate, optimize } = settings;
  signal?.throwIfAborted();
  const runners: Runner[] = [];
  try {
    for (const side of [a, b]) {
      runners.push(await side.load(emulate, optimize));
      signal?.throwIfAborted();
    }
    const [runnerA, runnerB] = runners as [Runner, Runner];
    const comparison = new Comparison({ a, b }, { a: runnerA, b: runnerB }, settings);
    for await (const sample of samples) {
      await comparison.add(sample);
      signal?.throwIfAborted();
    }
    return await comparison.finish(() => closeAll(runners.splice(0)));
  } finally {
    await closeAll(runners);
  }
}

async function closeAll(runners: readonly Runner[]): Promise<void> {
  for (const runner of runners) await runner.close();
}

/** A comparison under way. */
class Comparison {
  readonly #records: OutputRecord[];
  readonly #paired: ReturnType<typeof pairOutputs>;
  readonly #kept: TensorMap[] = [];
  readonly #inputs: { a: InputsOf; b: InputsOf };
  readonly #pauses = new Pauses();
  #samples = 0;

  constructor(
    readonly sides: { a: Side; b: Side },
    readonly runners: { a: Runner; b: Runner },
    readonly settings: ResolvedCompareOptions,
  ) {
    this.#paired = pairOutputs(runners.a, runners.b, settings.outputs);
    checkToleranceNames(settings.tolerances, this.#paired.pairs);
    this.#records = this.#paired.pairs.map((pair) => new OutputRecord(pair, settings.perSample));
    this.#inputs = {
      a: { name: sides.a.name, inputs: runners.a.inputs },
      b: { name: sides.b.name, inputs: runners.b.inputs },
    };
  }

  async add(given: unknown): Promise<void> {
    const { intermediates, intermediateSamples, metrics, onProgress } = this.settings;
    const index = this.#samples++;
    const sample = checkSample(given, index, [this.#inputs.a, this.#inputs.b]);
    const outputs = {
      a: await this.#run('a', sample, index),
      b: await this.#run('b', sample, index),
    };
    for (const record of this.#records) await this.#compare(record, outputs, index);
    if (!metrics.isEmpty) await metrics.add(outputs.a, this.#renamed(outputs.b), sample, index);
    if (intermediates !== undefined && this.#kept.length < intermediateSamples) this.#kept.push(copySample(sample));
    onProgress({ phase: 'outputs', done: this.#samples, total: null });
  }

  /** `release` gives the loaded models back, whose memory the inner values need. */
  async finish(release: () => Promise<void>): Promise<ComparisonReport> {
    if (this.#samples === 0) throw noSamples();
    await release();
    const { settings, sides } = this;
    const judged = this.#records.map((record) => ({ report: record.report(), beyond: record.beyond }));
    const reasons = judge(judged, settings.tolerances);
    const intermediates =
      settings.intermediates === undefined
        ? null
        : await compareIntermediates(sides.a, sides.b, this.#kept, { ...settings, which: settings.intermediates });
    return {
      format: COMPARISON_FORMAT,
      a: sides.a.report(),
      b: sides.b.report(),
      samples: this.#samples,
      passed: reasons.length === 0,
      reasons,
      tolerances: settings.tolerances,
      outputs: judged.map(({ report }) => report),
      onlyInA: this.#paired.onlyInA,
      onlyInB: this.#paired.onlyInB,
      metrics: settings.metrics.report(),
      intermediates,
    };
  }

  async #run(which: 'a' | 'b', sample: TensorMap, index: number): Promise<TensorMap> {
    const inputs = await inputsFor(this.#inputs[which], sample, index);
    const { pairs } = this.#paired;
    const names = this.settings.metrics.isEmpty
      ? pairs.map(({ name, nameInB }) => (which === 'a' ? name : nameInB))
      : undefined;
    return withSample('samples', index, () => this.runners[which].run(inputs, names));
  }

  async #compare(record: OutputRecord, outputs: { a: TensorMap; b: TensorMap }, index: number): Promise<void> {
    const { name, nameInB } = record.pair;
    const what = (side: Side, output: string) => `output '${output}' of ${side.name} (sample ${index})`;
    const { rtol, atol } = toleranceOf(this.settings.tolerances, name) ?? {};
    const isElementwise = rtol !== undefined || atol !== undefined;
    const comparison = await compareTensors(
      { what: what(this.sides.a, name), tensor: outputs.a[name] as TensorLike },
      { what: what(this.sides.b, nameInB), tensor: outputs.b[nameInB] as TensorLike },
      {
        histogram: record.histogram,
        rtol: isElementwise ? (rtol ?? 0) : Number.POSITIVE_INFINITY,
        atol: atol ?? 0,
        signal: this.settings.signal,
        pauses: this.#pauses,
      },
    );
    record.add(index, comparison);
  }

  #renamed(outputs: TensorMap): TensorMap {
    const names = new Map(this.#paired.pairs.map(({ name, nameInB }) => [nameInB, name]));
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [names.get(name) ?? name, tensor]));
  }
}
