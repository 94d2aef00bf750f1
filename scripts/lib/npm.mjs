import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { SetupError } from './errors.mjs';
import { runOrFail } from './run.mjs';

/**
 * How to call npm without a shell: by its JavaScript file where that is known.
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand() {
  const candidates = [
    process.env.npm_execpath ?? '',
    path.join(path.dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = candidates.find((file) => path.basename(file) === 'npm-cli.js' && existsSync(file));
  return script ? { command: process.execPath, args: [script] } : { command: 'npm', args: [] };
}

/**
 * Fetches the tarball of one package version with the user's own npm settings.
 * @param {string} spec name@version
 * @param {string} dir an empty folder to put it in
 * @param {{ integrity?: string }} [options] expected sha512 in npm's notation
 * @returns {Promise<string>} path of the tarball
 */
export async function packTarball(spec, dir, { integrity } = {}) {
  mkdirSync(dir, { recursive: true });
  const npm = npmCommand();
  const args = [...npm.args, 'pack', spec, '--pack-destination', dir, '--ignore-scripts', '--loglevel=error'];
  await runOrFail(`npm pack ${spec}`, npm.command, args, { cwd: dir });
  const [name] = readdirSync(dir).filter((file) => file.endsWith('.tgz'));
  if (!name) throw new SetupError(`npm pack ${spec} left no tarball in ${dir}`);
  const file = path.join(dir, name);
  if (integrity !== undefined) await checkIntegrity(spec, file, integrity);
  return file;
}

/**
 * @param {string} what
 * @param {string} file
 * @param {string} integrity 'sha512-<base64>'
 */
export async function checkIntegrity(what, file, integrity) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const actual = `sha512-${hash.digest('base64')}`;
  if (actual !== integrity) {
    throw new SetupError(`${what} is not the file that was expected.\n  expected ${integrity}\n  received ${actual}`);
  }
}
