// npm run nvidia:matrix: asks NVIDIA's builder and parser about the real models, and writes docs/tensorrt-matrix.md.
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runMain } from './lib/errors.mjs';
import { withLock } from './lib/lock.mjs';
import { runMatrix } from './lib/nvidia/matrix.mjs';
import { matrixPage } from './lib/nvidia/page.mjs';
import { checkPrograms, compileWithNvidia, fetchForChecks } from './lib/nvidia/programs.mjs';
import { installPackages } from './lib/packages.mjs';
import { checkoutLock, root } from './lib/paths.mjs';
import { showStep } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { findTools } from './lib/tools.mjs';

await runMain(async () => {
  const { tools } = await findTools();
  // Models are among them; the addon is not needed.
  await withLock(checkoutLock, () => showStep('npm packages', installPackages));
  const paths = await fetchForChecks(tools.python);
  const toolchain = await ensureToolchain(tools.python);
  await showStep('build_check and parse_check', () =>
    compileWithNvidia(toolchain, tools.compiler, paths, 'nvidia_checks'),
  );
  const matrix = await runMatrix(checkPrograms(paths), (text) => process.stdout.write(`  ${text}\n`));
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${date}, ${os.type()} ${process.arch}, ${os.availableParallelism()} cores`;
  const page = path.join(root, 'docs', 'tensorrt-matrix.md');
  writeFileSync(page, matrixPage(matrix, machine));
  process.stdout.write(`written to ${page}\n`);
});
