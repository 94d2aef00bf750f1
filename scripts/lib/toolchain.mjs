import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { withLock } from './lock.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { installLines, venvProgram } from './platform.mjs';
import { run, runOrFail } from './run.mjs';
import { isStamped, writeStamp } from './stamp.mjs';

/** @typedef {{ cmake: string, ctest: string, ninja: string, clangFormat: string, clangTidy: string, gcovr: string }} Toolchain paths of programs */

/**
 * Installs the pinned C++ tools into a Python environment in the cache, once.
 * @param {string} python
 * @returns {Promise<Toolchain & { fresh: boolean, note: string }>}
 */
export async function ensureToolchain(python) {
  const key = createHash('sha256')
    .update(JSON.stringify([pins.toolchain, python]))
    .digest('hex');
  const venv = path.join(cacheDir, `toolchain-${key.slice(0, 12)}`);
  const program = (/** @type {string} */ name) => venvProgram(venv, name);
  const toolchain = {
    cmake: program('cmake'),
    ctest: program('ctest'),
    ninja: program('ninja'),
    clangFormat: program('clang-format'),
    clangTidy: program('clang-tidy'),
    gcovr: program('gcovr'),
  };
  // An environment cannot be moved into place like other cached folders: its programs hold its path.
  return withLock(path.join(cacheDir, 'locks', path.basename(venv)), async () => {
    const stamp = path.join(venv, '.node-tensorrt-stamp');
    const note = Object.entries(pins.toolchain)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ');
    if (
      isStamped(stamp, key) &&
      existsSync(program('python')) &&
      Object.values(toolchain).every((file) => existsSync(file))
    ) {
      return { ...toolchain, fresh: true, note };
    }
    rmSync(venv, { recursive: true, force: true });
    await createVenv(python, venv);
    const specs = Object.entries(pins.toolchain).map(([name, version]) => `${name}==${version}`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:', ...specs];
    await runOrFail(`pip install ${specs.join(' ')}`, program('python'), pip);
    for (const file of Object.values(toolchain)) await runOrFail(`${file} --version`, file, ['--version']);
    writeStamp(stamp, key);
    return { ...toolchain, fresh: false, note };
  });
}

/** @param {string} python @param {string} venv */
async function createVenv(python, venv) {
  const { code, output } = await run(python, ['-m', 'venv', venv]);
  if (code === 0) return;
  const commands = installLines(['python']).join('\n  ');
  throw new SetupError(
    `${python} cannot make a virtual environment:\n${output.trim()}\n\nInstall with:\n  ${commands}`,
  );
}
