import { Engine } from '../engine/engine.js';
import type { LoadRunner } from '../onnx/runner.js';

/** Runs models of the graph tools on the CPU. */
export const engineRunner: LoadRunner = async (model, { optimize = true } = {}) => {
  const engine = await Engine.load(model, {
    backend: 'cpu',
    batching: false,
    inlineBelowUs: 0,
    cpu: { graphOptimizationLevel: optimize ? 'all' : 'disabled' },
  });
  return {
    inputs: engine.inputs,
    outputs: engine.outputs,
    run: (inputs, outputs) => engine.run(inputs, outputs ? { outputs: [...outputs] } : {}),
    close: () => engine.close(),
  };
};
