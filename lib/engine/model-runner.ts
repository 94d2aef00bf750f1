import type { LoadRunner } from '../onnx/runner.js';
import { Engine } from './engine.js';
import type { LoadOptions } from './load-options.js';

/** Runs models of the graph tools on the CPU. */
export const engineRunner: LoadRunner = runnerOn({ backend: 'cpu' });

/**
 * Runs models on a backend, with these options of `Engine.load`. `pooled`: results stay in the pool's memory, without a
 * copy; whoever takes them releases them (`PooledTensor.release`).
 */
export function runnerOn(options: Pick<LoadOptions, 'backend' | 'signal'>, { pooled = false } = {}): LoadRunner {
  return async (model, { optimize = true } = {}) => {
    const engine = await Engine.load(model, {
      batching: false,
      inlineBelowUs: 0,
      cpu: { graphOptimizationLevel: optimize ? 'all' : 'disabled' },
      ...options,
    });
    return {
      inputs: engine.inputs,
      outputs: engine.outputs,
      run: (inputs, outputs) =>
        engine.run(inputs, {
          ...(outputs && { outputs: [...outputs] }),
          ...(pooled && { preferredOutputLocation: 'pool' as const }),
        }),
      close: () => engine.close(),
    };
  };
}
