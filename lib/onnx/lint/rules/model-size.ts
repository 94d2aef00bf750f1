import { constantPlaces } from '../constant-places.js';
import { everyone, type LintRule } from '../rule.js';

/** What protobuf allows in one file. */
const MAX_BYTES = 2 ** 31;

export const modelSize: LintRule = {
  name: 'model-size',
  severity: 'info',
  for: everyone,
  summary: 'The weights are 2 GiB or more: they must be external data, and the model cannot be given as bytes alone.',
  *model({ model }) {
    let bytes = 0;
    for (const { tensor } of constantPlaces(model)) bytes += tensor.byteLength;
    if (bytes < MAX_BYTES) return;
    yield {
      message: `the weights are ${bytes} bytes, and one file holds less than ${MAX_BYTES}`,
      hint: "Keep the files of external data with the model. writeModel writes them (external: 'auto'); serializeModel cannot.",
    };
  },
};
