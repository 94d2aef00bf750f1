import { everyone, type LintRule } from '../rule.js';
import { placeName } from './place-name.js';

export const denormalWeight: LintRule = {
  name: 'denormal-weight',
  severity: 'info',
  for: everyone,
  summary:
    'A constant has elements below the smallest normal number, on which processors are slow, and which GPUs may take for 0.',
  *constant(place, stats) {
    // In float16 they are as quick as others.
    if (!stats || stats.denormals === 0 || place.tensor.elementType === 'float16') return;
    const share = ((100 * stats.denormals) / Math.max(1, place.tensor.elementCount)).toPrecision(2);
    yield {
      message: `${placeName(place)} has ${stats.denormals} denormal elements (${share} %)`,
      hint: 'Set them to 0; on the CPU the session option session.set_denormal_as_zero does it while running.',
      ...place,
    };
  },
};
