// npm run check:valgrind: a Node.js process that loads, runs and closes, under valgrind's memcheck. Definite leaks and
// invalid accesses whose stack has the addon in it must be none; a leak that was put in must be found.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { buildDir } from './lib/cmake.mjs';
import { runMain, SetupError } from './lib/errors.mjs';
import { programs, root } from './lib/paths.mjs';
import { run, tail } from './lib/run.mjs';

const ADDONS = { clean: 'node_tensorrt.node', leak: 'seeded_addon.node' };

await runMain(async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-valgrind-'));
  try {
    await writeModels(dir);
    const seeded = await live(dir, 'leak');
    process.stdout.write(`leak that was put in: ${seeded.length > 0 ? 'found' : 'NOT FOUND'}\n`);
    const errors = await live(dir, 'clean');
    process.stdout.write(`errors with the addon in their stack: ${errors.length}\n${errors.join('\n')}\n`);
    return seeded.length > 0 && errors.length === 0 ? 0 : 1;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

/** The tests' models, which only TypeScript can write. @param {string} dir */
async function writeModels(dir) {
  const args = [programs.vitest, 'run', '--config', 'test/checkers/vitest.models.config.ts', '--root', '.'];
  const { code, output } = await run(process.execPath, args, { cwd: root, env: { ...process.env, MODELS_TO: dir } });
  if (code !== 0) throw new SetupError(`the models could not be written:\n${tail(output, 30)}`);
}

/**
 * @param {string} models
 * @param {'clean' | 'leak'} mode
 * @returns {Promise<string[]>} valgrind's errors in which the addon of that mode has a part
 */
async function live(models, mode) {
  const report = path.join(models, `${mode}.xml`);
  const seeded = path.join(buildDir('tests'), 'native', 'test', 'seeded_addon', 'seeded_addon.node');
  const { code, output } = await run(
    'valgrind',
    [
      // V8 writes code and jumps to it; whether its values are defined is not asked, it reads ahead on purpose.
      ...['--smc-check=all-non-file', '--undef-value-errors=no', '--num-callers=40'],
      ...['--leak-check=full', '--show-leak-kinds=definite', '--errors-for-leak-kinds=definite'],
      `--suppressions=${path.join(root, 'test/checkers/valgrind.supp')}`,
      ...['--xml=yes', `--xml-file=${report}`],
      ...[process.execPath, '--expose-gc', path.join(root, 'test/checkers/fixtures/valgrind-life.mjs'), seeded, mode],
    ],
    { cwd: root, env: { ...process.env, MODELS: models } },
  );
  if (code !== 0) throw new SetupError(`valgrind, or what ran under it, failed (${code}):\n${tail(output, 30)}`);
  const errors = readFileSync(report, 'utf8').match(/<error>.*?<\/error>/gs) ?? [];
  return errors.filter((error) => error.includes(ADDONS[mode]));
}
