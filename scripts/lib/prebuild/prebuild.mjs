import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { SetupError } from '../errors.mjs';
import { cacheDir } from '../paths.mjs';
import { isWindows } from '../platform.mjs';
import { ensureZig } from '../zig.mjs';
import { hashOfSources, withSources } from './sources.mjs';
import { targets } from './targets.mjs';
import { buildWithPrebuildify } from './with-prebuildify.mjs';
import { buildWithZig } from './with-zig.mjs';

/**
 * Builds the addon for one target, unless the cache has it from the same sources.
 * @param {string} name of the target
 * @param {string} python
 * @returns {Promise<{ addon: string, fresh: boolean, note: string }>} path of the addon, in the cache
 */
export async function prebuild(name, python) {
  if (isWindows) throw new SetupError('Packages are built on Linux or macOS: this was never tried on Windows.');
  const target = targets[name];
  const dir = path.join(cacheDir, 'prebuilds', `${name}-${hashOfSources(target).slice(0, 16)}`);
  const addon = path.join(dir, 'node-tensorrt.node');
  const fresh = await ensureCachedFolder(dir, {
    isValid: () => existsSync(addon),
    fill: async (temporary) => {
      const zig = await ensureZig(python);
      const filled = path.join(temporary, 'addon');
      mkdirSync(filled);
      await withSources(async (work) => {
        const build = target.how === 'prebuildify' ? buildWithPrebuildify : buildWithZig;
        const built = await build(target, { dir: work, python, zig });
        copyFileSync(built, path.join(filled, 'node-tensorrt.node'));
      });
      return filled;
    },
  });
  return { addon, fresh, note: fresh ? 'in the cache' : `built for ${target.triple}` };
}
