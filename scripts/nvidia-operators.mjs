// npm run nvidia:operators: asks NVIDIA's parsers which operators they know, and writes the linter's table of them.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { runMain } from './lib/errors.mjs';
import { askOperators, operatorsModule } from './lib/nvidia/operators.mjs';
import { checkPrograms, compileWithNvidia, fetchForChecks } from './lib/nvidia/programs.mjs';
import { root } from './lib/paths.mjs';
import { showStep } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { findTools } from './lib/tools.mjs';

await runMain(async () => {
  const { tools } = await findTools();
  const paths = await fetchForChecks(tools.python);
  const toolchain = await ensureToolchain(tools.python);
  await showStep('api_check', () => compileWithNvidia(toolchain, tools.compiler, paths, 'nvidia_checks'));
  const { onnxOperators } = await import('../dist/esm/onnx/lint/tables/onnx-operators.js');
  const table = await askOperators(checkPrograms(paths), onnxOperators, await smallModel());
  const file = path.join(root, 'lib', 'onnx', 'lint', 'tables', 'tensorrt-operators.ts');
  writeFileSync(file, operatorsModule(table));
  process.stdout.write(`written to ${file}\n`);
});

async function smallModel() {
  const [{ Model }, { serializeModel }, { tensorType }] = await Promise.all([
    import('../dist/esm/onnx/graph/model.js'),
    import('../dist/esm/onnx/file/write-model.js'),
    import('../dist/esm/onnx/graph/value-type.js'),
  ]);
  const model = new Model();
  model.opsets.set('', 17);
  const [x, y] = ['x', 'y'].map((name) => model.graph.declareValue(name, tensorType('float32', ['N', 64])));
  model.graph.addInput(x);
  model.graph.newNode('Relu', [x], [y]);
  model.graph.addOutput(y);
  return serializeModel(model);
}
