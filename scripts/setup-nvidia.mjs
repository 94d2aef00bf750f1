// npm run setup:nvidia [-- part …]: fetches NVIDIA's headers and libraries, and prints where each part is. Without parts it
// compiles what builds engines in this clone as well.
import path from 'node:path';
import { buildDir } from './lib/cmake.mjs';
import { runMain } from './lib/errors.mjs';
import { ensureNvidia } from './lib/nvidia/ensure.mjs';
import { chooseParts } from './lib/nvidia/parts.mjs';
import { compileWithNvidia } from './lib/nvidia/programs.mjs';
import { seconds, showStep } from './lib/progress.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { findTools } from './lib/tools.mjs';

await runMain(async () => {
  const start = performance.now();
  const asked = process.argv.slice(2);
  const folders = await ensureNvidia({ parts: chooseParts(asked.length > 0 ? asked : undefined) });
  const isAll = asked.length === 0;
  if (isAll) {
    const { tools } = await findTools();
    const toolchain = await ensureToolchain(tools.python);
    await showStep('builder of engines', () => compileWithNvidia(toolchain, tools.compiler, folders, 'gpu_modules'));
  }
  process.stderr.write(`  set up in ${seconds(start)}\n`);
  for (const [name, folder] of Object.entries(folders)) process.stdout.write(`${name.padEnd(16)} ${folder}\n`);
  if (!isAll) return;
  process.stdout.write(`${'builder'.padEnd(16)} ${path.join(buildDir('nvidia'), 'gpu')}\n`);
  process.stdout.write(`\nTo build engines with TensorRT-RTX: export NODE_TENSORRT_LIBRARY_PATH=${folders.rtxLib}\n`);
});
