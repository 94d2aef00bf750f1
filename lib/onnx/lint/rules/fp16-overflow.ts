import { everyone, type LintRule } from '../rule.js';
import { placeName } from './place-name.js';

export const fp16Overflow: LintRule = {
  name: 'fp16-overflow',
  severity: 'info',
  for: everyone,
  summary: 'A constant has finite elements beyond 65504, which become infinite in fp16.',
  *constant(place, stats) {
    if (!stats || stats.beyondFloat16 === 0) return;
    yield {
      message: `${placeName(place)} has ${stats.beyondFloat16} elements beyond 65504, up to ${stats.largest.toPrecision(3)}`,
      hint: 'node-tensorrt cast leaves the nodes that take it in fp32, or cast to bf16, which has the range of fp32.',
      ...place,
    };
  },
};
