import { type LintRule, nvidia } from '../rule.js';
import { placeName } from './place-name.js';

export const int64Range: LintRule = {
  name: 'int64-range',
  severity: 'warning',
  for: nvidia,
  summary: 'An int64 constant has elements beyond 32 bits, which shapes and indices of TensorRT cannot be.',
  *constant(place, stats) {
    if (place.tensor.elementType !== 'int64' || !stats || stats.beyondInt32 === 0) return;
    yield {
      message: `${placeName(place)} has ${stats.beyondInt32} elements beyond 32 bits, up to ${stats.largest}`,
      hint: 'As numbers to compute with they are kept; as shapes, indices or lengths use smaller ones.',
      ...place,
    };
  },
};
