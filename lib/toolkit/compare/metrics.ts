import { argumentError } from '../../errors.js';
import { integerOption, objectOption, stringOption } from '../../options.js';
import type { TensorLike, TensorMap } from '../../tensor/types.js';
import type { MetricReport } from './report.js';
import { checkedElements, readNumbers } from './statistics/elements.js';

/**
 * A measure of the task for one sample: what both models return, b's under the names of a's outputs. A number, or whether
 * they agree, which counts as 1 or 0; the report has the mean. NaN: the sample does not count.
 */
export type Metric = (
  a: TensorMap,
  b: TensorMap,
  sample: TensorMap,
  index: number,
) => number | boolean | Promise<number | boolean>;

/**
 * Share of rows (along the last dimension) whose largest element in a is among the k largest in b: the same class, within
 * the best k. `output` is the name of an output of a; `k` is 1 or more.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE
 */
export function topK(k: number, output: string): Metric {
  integerOption('k', k, 1, 1_000_000);
  stringOption('output', output);
  return (a, b) => {
    const x = rowsOf(tensorOf(a, output), output);
    const y = rowsOf(tensorOf(b, output), output);
    if (x.numbers.length !== y.numbers.length)
      throw argumentError(`output '${output}'`, 'the same shape of both models', y.rowLength);
    let found = 0;
    const rows = x.numbers.length / x.rowLength;
    for (let start = 0; start < x.numbers.length; start += x.rowLength) {
      const best = indexOfLargest(x.numbers.subarray(start, start + x.rowLength));
      const row = y.numbers.subarray(start, start + y.rowLength);
      let above = 0;
      for (let i = 0; i < row.length; i++) {
        const value = row[i] as number;
        const reference = row[best] as number;
        // Of equal elements the first comes first, as in arg-max.
        if (value > reference || (value === reference && i < best)) above++;
      }
      if (above < k && !Number.isNaN(row[best])) found++;
    }
    return rows > 0 ? found / rows : Number.NaN;
  };
}

/** Whether both models' outputs are read as the same text (or anything else that `decode` makes of them). */
export function textEquality(decode: (outputs: TensorMap) => unknown): Metric {
  if (typeof decode !== 'function') throw argumentError('decode', 'a function of outputs', decode);
  return async (a, b) => (await decode(a)) === (await decode(b));
}

function tensorOf(outputs: TensorMap, name: string): TensorLike {
  const tensor = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (tensor) return tensor;
  throw argumentError('output', `one of ${Object.keys(outputs).join(', ')}`, name, 'INVALID_ARGUMENT', {
    output: name,
  });
}

function rowsOf(tensor: TensorLike, output: string) {
  const elements = checkedElements(`output '${output}'`, tensor);
  if (elements.type === 'string') throw argumentError(`output '${output}'`, 'numbers', elements.type);
  const numbers = new Float64Array(elements.data.length);
  readNumbers(elements, 0, numbers.length, numbers);
  return { numbers, rowLength: Math.max(1, tensor.dims.at(-1) ?? 1) };
}

function indexOfLargest(row: Float64Array): number {
  let best = 0;
  for (let i = 1; i < row.length; i++)
    if ((row[i] as number) > (row[best] as number) || Number.isNaN(row[best])) best = i;
  return best;
}

/** The metrics of one comparison. */
export class MetricRecords {
  readonly #metrics: [string, Metric][];
  readonly #sums = new Map<string, { sum: number; min: number; max: number; samples: number }>();

  /** Throws INVALID_ARGUMENT. */
  constructor(given: unknown) {
    this.#metrics = Object.entries(objectOption<Record<string, Metric>>('options.metrics', given ?? {}));
    for (const [name, metric] of this.#metrics) {
      if (typeof metric !== 'function') throw argumentError(`options.metrics.${name}`, 'a function', metric);
      this.#sums.set(name, { sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, samples: 0 });
    }
  }

  get isEmpty(): boolean {
    return this.#metrics.length === 0;
  }

  async add(a: TensorMap, b: TensorMap, sample: TensorMap, index: number): Promise<void> {
    for (const [name, metric] of this.#metrics) {
      const result: unknown = await metric(a, b, sample, index);
      if (typeof result !== 'number' && typeof result !== 'boolean') {
        throw argumentError(`options.metrics.${name}`, 'a function that returns a number or boolean', result);
      }
      const value = Number(result);
      const sums = this.#sums.get(name);
      if (!sums || Number.isNaN(value)) continue;
      sums.sum += value;
      sums.min = Math.min(sums.min, value);
      sums.max = Math.max(sums.max, value);
      sums.samples++;
    }
  }

  report(): Record<string, MetricReport> {
    return Object.fromEntries(
      [...this.#sums].map(([name, { sum, min, max, samples }]) => {
        const none = samples === 0;
        return [name, { mean: sum / samples, min: none ? Number.NaN : min, max: none ? Number.NaN : max, samples }];
      }),
    );
  }
}
