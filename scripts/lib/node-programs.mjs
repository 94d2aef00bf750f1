import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { packTarball } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { isWindows } from './platform.mjs';
import { run } from './run.mjs';
import { readTarball } from './tar.mjs';

/**
 * The program of a major version of Node.js: the running one where that is it, else from its npm package.
 * @param {string} major
 * @returns {Promise<{ version: string, program: string }>}
 */
export async function nodeOf(major) {
  if (!/^\d+$/.test(major)) throw new SetupError(`expected a major version of Node.js such as 20, received ${major}`);
  if (isWindows) throw new SetupError('There are no npm packages of Node.js for Windows that could be used.');
  if (process.versions.node.startsWith(`${major}.`))
    return { version: process.versions.node, program: process.execPath };
  const program = await fetchNode(major);
  const { code, stdout, output } = await run(program, ['--version']);
  if (code !== 0) throw new SetupError(`${program} does not run:\n${output}`);
  return { version: stdout.trim().replace(/^v/, ''), program };
}

/**
 * Fetches the newest Node.js of a major version, kept in the cache.
 * @param {string} major
 * @param {string} [system] another system than this one: 'linux-arm64'
 * @returns {Promise<string>} path of the program
 */
export async function fetchNode(major, system = `${process.platform}-${process.arch}`) {
  const name = `node-${system}`;
  const dir = path.join(cacheDir, `${name}-${major}-program`);
  const program = path.join(dir, 'node');
  await ensureCachedFolder(dir, {
    isValid: () => existsSync(program),
    fill: async (temporary) => {
      const tarball = await packTarball(`${name}@${major}`, path.join(temporary, 'pack'));
      const filled = path.join(temporary, 'node');
      mkdirSync(filled);
      for await (const { content } of readTarball(tarball, (file) => file === 'package/bin/node')) {
        writeFileSync(path.join(filled, 'node'), content, { mode: 0o755 });
      }
      return filled;
    },
  });
  return program;
}
