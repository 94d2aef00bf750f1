import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { programs, root } from './paths.mjs';
import { run } from './run.mjs';
import { hashFiles, isStamped, listFiles, writeStamp } from './stamp.mjs';

const dist = path.join(root, 'dist');
const stamp = path.join(dist, '.node-tensorrt-stamp');
const formats = [
  { name: 'esm', config: 'tsconfig.json' },
  { name: 'cjs', config: 'tsconfig.cjs.json' },
];

/** Compiles lib/ into dist/esm and dist/cjs when it has changed. */
export async function buildTypeScript() {
  const sources = listFiles(path.join(root, 'lib')).map((file) => `lib/${file}`);
  const configs = ['tsconfig.json', 'tsconfig.cjs.json', 'node_modules/typescript/package.json'];
  const hash = hashFiles(root, [...configs, ...sources]);
  const isBuilt = formats.every(({ name }) => existsSync(path.join(dist, name, 'index.js')));
  if (isBuilt && isStamped(stamp, hash)) return { fresh: true, note: 'up to date' };
  rmSync(stamp, { force: true });
  await Promise.all(formats.map(compile));
  writeStamp(stamp, hash);
  return { fresh: false, note: 'compiled' };
}

/**
 * Compiles into a folder of its own first: a failure leaves the last good output, and no output of a deleted source stays.
 * It is as deep as the final one, because source maps have relative paths.
 * @param {{ name: string, config: string }} format
 */
async function compile({ name, config }) {
  const next = path.join(dist, `.${name}-${process.pid}`);
  rmSync(next, { recursive: true, force: true });
  const { code, output } = await run(process.execPath, [programs.tsc, '-p', config, '--outDir', next], { cwd: root });
  if (code !== 0) {
    rmSync(next, { recursive: true, force: true });
    throw new SetupError(`tsc -p ${config} failed:\n\n${output.trimEnd()}`);
  }
  mkdirSync(next, { recursive: true });
  if (name === 'cjs') writeFileSync(path.join(next, 'package.json'), '{"type":"commonjs"}\n');
  const target = path.join(dist, name);
  rmSync(target, { recursive: true, force: true });
  renameSync(next, target);
}
