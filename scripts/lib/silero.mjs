import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { packTarball } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { pins } from './pins.mjs';
import { hashTree } from './stamp.mjs';
import { readTarball } from './tar.mjs';

const pin = pins.silero;

/** Where the models are once ensureSilero() has run. */
export const sileroDir = path.join(cacheDir, `silero-${pin.version}`);

/** Fetches Silero VAD, a model with states, unless the cache has it unharmed: its package without what that needs. */
export async function ensureSilero() {
  await ensureCachedFolder(sileroDir, {
    isValid: () => hashTree(sileroDir) === pin.treeSha256,
    fill: async (temporary) => {
      const packed = path.join(temporary, 'pack');
      const tarball = await packTarball(`${pin.package}@${pin.version}`, packed, { integrity: pin.integrity });
      const filled = path.join(temporary, 'silero');
      mkdirSync(filled);
      for await (const { name, content } of readTarball(tarball, (file) => pin.members.includes(file))) {
        writeFileSync(path.join(filled, path.posix.basename(name)), content);
      }
      const actual = hashTree(filled);
      if (actual !== pin.treeSha256) throw new SetupError(`Silero VAD has hash ${actual}, expected ${pin.treeSha256}`);
      return filled;
    },
  });
}
