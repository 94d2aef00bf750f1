import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { packageFile } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { ensureWheelFiles, wheelFilesDir } from '../wheel-file.mjs';
import { ensureZig } from '../zig.mjs';

const pin = pins.onnxruntimeLicences;

/**
 * Writes the licence texts of everything in a platform package that is not ours.
 * @param {string} dir
 * @param {string} platform
 * @param {string} python
 */
export async function writeLicences(dir, platform, python) {
  await ensureWheelFiles(python, 'onnxruntime-licences', pin);
  const onnxruntime = wheelFilesDir('onnxruntime-licences', pin);
  const zig = await ensureZig(python);
  mkdirSync(dir, { recursive: true });
  copyFileSync(path.join(onnxruntime, 'LICENSE'), path.join(dir, 'onnxruntime.txt'));
  copyFileSync(path.join(onnxruntime, 'ThirdPartyNotices.txt'), path.join(dir, 'onnxruntime-third-party.txt'));
  copyFileSync(packageFile('node-addon-api', 'LICENSE.md'), path.join(dir, 'node-addon-api.txt'));
  copyFileSync(path.join(zig.dir, 'lib', 'libcxx', 'LICENSE.TXT'), path.join(dir, 'llvm.txt'));
  // What a Windows addon starts with, which Zig takes from MinGW-w64.
  if (platform === 'win32') copyFileSync(path.join(zig.dir, 'lib/libc/mingw/COPYING'), path.join(dir, 'mingw-w64.txt'));
}
