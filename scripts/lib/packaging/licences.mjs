import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { SetupError } from '../errors.mjs';
import { cacheDir, packageFile } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { hashTree } from '../stamp.mjs';
import { downloadWheel, extractMember } from '../wheel.mjs';
import { ensureZig } from '../zig.mjs';

const pin = pins.onnxruntimeLicences;

/**
 * Writes the licence texts of everything in a platform package that is not ours.
 * @param {string} dir
 * @param {string} platform
 * @param {string} python
 */
export async function writeLicences(dir, platform, python) {
  const onnxruntime = await ensureOnnxruntimeLicences(python);
  const zig = await ensureZig(python);
  mkdirSync(dir, { recursive: true });
  copyFileSync(path.join(onnxruntime, 'LICENSE'), path.join(dir, 'onnxruntime.txt'));
  copyFileSync(path.join(onnxruntime, 'ThirdPartyNotices.txt'), path.join(dir, 'onnxruntime-third-party.txt'));
  copyFileSync(packageFile('node-addon-api', 'LICENSE.md'), path.join(dir, 'node-addon-api.txt'));
  copyFileSync(path.join(zig.dir, 'lib', 'libcxx', 'LICENSE.TXT'), path.join(dir, 'llvm.txt'));
  // What a Windows addon starts with, which Zig takes from MinGW-w64.
  if (platform === 'win32') copyFileSync(path.join(zig.dir, 'lib/libc/mingw/COPYING'), path.join(dir, 'mingw-w64.txt'));
}

/** @param {string} python */
async function ensureOnnxruntimeLicences(python) {
  const dir = path.join(cacheDir, `onnxruntime-licences-${pin.version}`);
  await ensureCachedFolder(dir, {
    isValid: () => hashTree(dir) === pin.treeSha256,
    fill: async (temporary) => {
      const wheel = await downloadWheel(python, pin, path.join(temporary, 'wheel'));
      const filled = path.join(temporary, 'licences');
      mkdirSync(filled);
      for (const member of pin.members) {
        await extractMember(python, wheel, member, filled);
      }
      const actual = hashTree(filled);
      if (actual !== pin.treeSha256) {
        throw new SetupError(`The licences of ONNX Runtime have hash ${actual}, expected ${pin.treeSha256}`);
      }
      return filled;
    },
  });
  return dir;
}
