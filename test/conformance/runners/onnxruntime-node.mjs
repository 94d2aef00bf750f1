// Runs the cases through onnxruntime-node.

import { createRequire } from 'node:module';
import { fromJs, toArguments } from '../js-tensor.mjs';
import { inStage, serve } from './serve.mjs';

const ort = createRequire(import.meta.url)('onnxruntime-node');
const options = { intraOpNumThreads: 1, interOpNumThreads: 1, graphOptimizationLevel: 'all', logSeverityLevel: 4 };

await serve(async (model, given) => {
  const session = await inStage('load', () => ort.InferenceSession.create(model, options));
  try {
    return await inStage('run', async () => {
      const inputs = given ?? [];
      const results = await session.run(
        Object.fromEntries(inputs.map((tensor) => [tensor.name, new ort.Tensor(...toArguments(tensor))])),
      );
      return session.outputNames.map((/** @type {string} */ name) => fromJs(name, results[name]));
    });
  } finally {
    await session.release();
  }
});
