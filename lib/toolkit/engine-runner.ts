import { Engine } from '../engine/engine.js';
import type { LoadOptions } from '../engine/load-options.js';
import type { LoadRunner } from '../onnx/runner.js';

/** Runs models of the graph tools on the CPU. */
export const engineRunner: LoadRunner = runnerOn({ backend: 'cpu' });

/** Runs models on a backend, with these options of `Engine.load`. */
export function runnerOn(options: Pick<LoadOptions, 'backend' | 'signal'> & { precision?: string }): LoadRunner {
  return async (model, { optimize = true } = {}) => {
    const all: LoadOptions & { precision?: string } = {
      batching: false,
      inlineBelowUs: 0,
      cpu: { graphOptimizationLevel: optimize ? 'all' : 'disabled' },
      ...options,
    };
    const engine = await Engine.load(model, all);
    return {
      inputs: engine.inputs,
      outputs: engine.outputs,
      run: (inputs, outputs) => engine.run(inputs, outputs ? { outputs: [...outputs] } : {}),
      close: () => engine.close(),
    };
  };
}
