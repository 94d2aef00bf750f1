import { everyone, type LintRule } from '../rule.js';
import { placeName } from './place-name.js';

export const nonFiniteWeight: LintRule = {
  name: 'non-finite-weight',
  severity: 'warning',
  for: everyone,
  summary: 'A constant has NaN among its elements, or infinities.',
  *constant(place, stats) {
    if (!stats) return;
    const { nans, infinities } = stats;
    if (nans > 0) {
      yield {
        message: `${placeName(place)} has ${nans} NaN`,
        hint: 'The model was probably saved after its training had diverged: export another checkpoint.',
        ...place,
      };
    }
    if (infinities > 0) {
      yield {
        message: `${placeName(place)} has ${infinities} infinite elements`,
        hint: 'As a mask of attention it is meant; a finite number (-65504 for fp16) cannot make NaN of a row that is all masked.',
        severity: 'info',
        ...place,
      };
    }
  },
};
