import { Pauses } from '../file/pauses.js';
import type { Tensor } from '../graph/tensor.js';
import { type FloatStatistics, StatisticsCollector } from '../numeric/statistics.js';
import { elementTypeFor, type LowPrecision } from './forms.js';

/** What weights would lose in a precision. Each is read once; nothing is kept but the figures. */
export class WeightStatistics {
  readonly #known = new Map<Tensor, FloatStatistics>();
  readonly #pauses = new Pauses();

  constructor(private readonly to: LowPrecision) {}

  /** Of a float32 tensor. */
  async of(tensor: Tensor): Promise<FloatStatistics> {
    const known = this.#known.get(tensor);
    if (known) return known;
    const collector = new StatisticsCollector('float32', elementTypeFor(this.to));
    for await (const chunk of tensor.payload.chunks()) {
      collector.add(chunk);
      if (this.#pauses.due) await this.#pauses.take();
    }
    const result = collector.result();
    this.#known.set(tensor, result);
    return result;
  }
}
