import { getAddon } from '../../native/load.js';
import { StatisticsField as Field } from '../../native/numeric-contract.js';
import { choiceOption } from '../../options.js';
import { bytesOf, type Elements, type FloatType, floatTypes, nativeType } from './elements.js';
import { decibels } from './ratios.js';

/** What values are like, and what they would lose in another type. */
export interface FloatStatistics {
  readonly count: number;
  /** Neither NaN nor infinite. All below is of these. */
  readonly finite: number;
  /** null without finite values. */
  readonly min: number | null;
  /** null without finite values. */
  readonly max: number | null;
  /** Of what is not zero; null if there is nothing such. */
  readonly smallestMagnitude: number | null;
  /** 0 without finite values. */
  readonly largestMagnitude: number;
  /** Values that would be infinite. */
  readonly overflows: number;
  /** Values that are not zero and would be. */
  readonly vanishing: number;
  /** Values that would be subnormal, and so have fewer digits than others. */
  readonly subnormal: number;
  /** Sum of x². */
  readonly squares: number;
  /** Sum of (x - converted x)², without what overflows. */
  readonly errorSquares: number;
  /** Squares over squares of errors, in dB; Infinity without errors. */
  readonly signalToNoiseDb: number;
}

/** Statistics of values that come in pieces. */
export class StatisticsCollector {
  readonly #addon = getAddon();
  readonly #sums = new Float64Array(Field.errorSquares + 1);
  readonly #type: FloatType;
  readonly #target: number;

  /**
   * @param type of the values
   * @param target the type that they are to be converted to
   * @throws NodeTensorRTError INVALID_ARGUMENT
   */
  constructor(type: FloatType, target: FloatType) {
    this.#type = choiceOption('type', type, floatTypes);
    this.#target = nativeType(choiceOption('target', target, floatTypes));
  }

  /**
   * Adds values, here and now: 1 MiB of float32 takes 0.5 ms, or up to 2.5 ms where magnitudes have nothing in common.
   * @throws NodeTensorRTError INVALID_ARGUMENT
   */
  add(values: Elements): void {
    const bytes = bytesOf('values', this.#type, values);
    this.#addon.addStatistics(bytes, nativeType(this.#type), this.#target, this.#sums);
  }

  /** Of all that was added so far. */
  result(): FloatStatistics {
    const of = (field: Field) => this.#sums[field] as number;
    const hasFinite = of(Field.finite) > 0;
    const largestMagnitude = of(Field.largestMagnitude);
    return {
      count: of(Field.count),
      finite: of(Field.finite),
      min: hasFinite ? of(Field.min) : null,
      max: hasFinite ? of(Field.max) : null,
      smallestMagnitude: largestMagnitude > 0 ? of(Field.smallestMagnitude) : null,
      largestMagnitude,
      overflows: of(Field.overflows),
      vanishing: of(Field.vanishing),
      subnormal: of(Field.subnormal),
      squares: of(Field.squares),
      errorSquares: of(Field.errorSquares),
      signalToNoiseDb: decibels(of(Field.squares), of(Field.errorSquares)),
    };
  }
}
