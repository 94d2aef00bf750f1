import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { withLock } from './lock.mjs';
import { cacheDir } from './paths.mjs';
import { installLines, venvProgram } from './platform.mjs';
import { run, runOrFail } from './run.mjs';
import { isStamped, writeStamp } from './stamp.mjs';

/**
 * A Python environment in the cache with pinned packages, made once.
 * @param {string} python
 * @param {string} name of the environment
 * @param {Record<string, string>} packages versions by name
 * @param {{ programs: string[], check?: boolean }} options programs that the packages bring; `check` runs each once
 * @returns {Promise<{ venv: string, fresh: boolean, note: string }>}
 */
export async function ensurePythonEnvironment(python, name, packages, { programs, check = true }) {
  const key = createHash('sha256')
    .update(JSON.stringify([packages, python]))
    .digest('hex');
  const venv = path.join(cacheDir, `${name}-${key.slice(0, 12)}`);
  const files = programs.map((program) => venvProgram(venv, program));
  const note = Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  // An environment cannot be moved into place like other cached folders: its programs hold its path.
  return withLock(path.join(cacheDir, 'locks', path.basename(venv)), async () => {
    const stamp = path.join(venv, '.node-tensorrt-stamp');
    const isThere = [venvProgram(venv, 'python'), ...files].every((file) => existsSync(file));
    if (isStamped(stamp, key) && isThere) return { venv, fresh: true, note };
    rmSync(venv, { recursive: true, force: true });
    await createVenv(python, venv);
    const specs = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:', ...specs];
    await runOrFail(`pip install ${specs.join(' ')}`, venvProgram(venv, 'python'), pip);
    if (check) for (const file of files) await runOrFail(`${file} --version`, file, ['--version']);
    writeStamp(stamp, key);
    return { venv, fresh: false, note };
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
