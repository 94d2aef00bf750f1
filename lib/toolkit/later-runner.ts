import type { LoadRunner } from '../onnx/runner.js';

/** Runs models on the CPU. The engine is loaded when something is run: to cast or optimise a model often nothing is. */
export const engineRunner: LoadRunner = async (model, options) => {
  const { engineRunner: run } = await import('../engine/model-runner.js');
  return run(model, options);
};
