import type { Pass } from './pass.js';

/**
 * Models of before version 4 of the format list every initialiser as an input too, though nobody can set it (ONNX Runtime
 * takes them for constants). They become what they are, and the version 4. In newer models such inputs are real ones
 * with a default, and stay.
 */
export const defaultInputs = {
  name: 'default-inputs',
  run(model) {
    if (model.irVersion >= 4) return 0;
    let changed = 0;
    for (const value of model.graph.initializers) {
      if (!value.isInput) continue;
      model.graph.removeInput(value);
      changed++;
    }
    model.irVersion = 4;
    return changed;
  },
} as const satisfies Pass;
