import { printable } from '../../file/external-location.js';
import { constantPlaces } from '../constant-places.js';
import { everyone, type LintRule } from '../rule.js';

/** Of so few bytes shapes, axes and scales are, which tools want to see. */
const SMALL_BYTES = 1024;

export const externalData: LintRule = {
  name: 'external-data',
  severity: 'info',
  for: everyone,
  summary: 'Weights lie in files beside the model, which must go where it goes; small ones had better be in it.',
  *model({ model }) {
    const files = new Map<string, { tensors: number; bytes: number }>();
    let small = 0;
    for (const { tensor } of constantPlaces(model)) {
      const { stored } = tensor.payload;
      if (stored?.kind !== 'external') continue;
      const location = stored.entries.find(({ key }) => key === 'location')?.value ?? '';
      const file = files.get(location) ?? { tensors: 0, bytes: 0 };
      files.set(location, { tensors: file.tensors + 1, bytes: file.bytes + tensor.byteLength });
      if (tensor.byteLength < SMALL_BYTES) small++;
    }
    for (const [location, { tensors, bytes }] of files) {
      yield {
        message: `${tensors} weights (${bytes} bytes) lie in '${printable(location)}'`,
        hint: 'Copy that file with the model, under the same name.',
      };
    }
    if (small === 0) return;
    yield {
      message: `${small} of the weights in other files have less than ${SMALL_BYTES} bytes`,
      hint: "Write the model anew: writeModel(model, path, { external: 'all' }) leaves those in it.",
    };
  },
};
