import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { isKit, kitFile } from './programs.mjs';

/** What is tried: version and commit, of this checkout or of the one that a kit was packed in. */
export async function sourceName() {
  if (isKit()) return /** @type {string} */ (JSON.parse(readFileSync(kitFile, 'utf8')).source);
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const { code, stdout } = await run('git', ['describe', '--always', '--dirty', '--exclude=*'], { cwd: root });
  return code === 0 ? `${version}, commit ${stdout.trim()}` : version;
}
