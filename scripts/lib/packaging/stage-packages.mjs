import { chmodSync, copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { npmCommand } from '../npm.mjs';
import { packageFile, root } from '../paths.mjs';
import { gpuFiles, gpuFilesUnavailable } from '../prebuild/gpu-files.mjs';
import { prebuild } from '../prebuild/prebuild.mjs';
import { targets } from '../prebuild/targets.mjs';
import { runOrFail } from '../run.mjs';
import { writeLicences } from './licences.mjs';

/** Where packages are put together; git does not see it. */
export const packagesDir = path.join(root, 'build-packages');

/** The main package's dependencies, and theirs. */
const bundled = ['@bufbuild/protobuf', 'bindings', 'file-uri-to-path'];

/** @param {string} file @returns {any} */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * Puts a platform package together from npm/<name>, the addon, what builds and runs engines, ONNX Runtime's library and
 * the licences.
 * @param {string} name of the target
 * @param {string} python
 * @returns {Promise<{ dir: string, note: string, fresh: boolean, missing: string | null }>} missing: why there is nothing in
 *   it for GPUs
 */
export async function stagePlatformPackage(name, python) {
  const { version } = readJson(path.join(root, 'package.json'));
  const own = readJson(path.join(root, 'npm', name, 'package.json')).version;
  if (own !== version) throw new SetupError(`npm/${name}/package.json has version ${own}, package.json ${version}`);
  const { addon, fresh, note } = await prebuild(name, python);
  const { platform, arch, library } = targets[name];
  const dir = path.join(packagesDir, name);
  rmSync(dir, { recursive: true, force: true });
  cpSync(path.join(root, 'npm', name), dir, { recursive: true });
  copyFileSync(path.join(root, 'LICENSE'), path.join(dir, 'LICENSE'));
  copyFileSync(addon, path.join(dir, 'node-tensorrt.node'));
  const onnxruntime = packageFile('onnxruntime-node', `bin/napi-v6/${platform}/${arch}/${library}`);
  copyFileSync(onnxruntime, path.join(dir, library));
  const missing = gpuFilesUnavailable(targets[name]);
  if (missing === null) {
    for (const file of await gpuFiles(name, targets[name], python)) {
      const copy = path.join(dir, path.basename(file));
      copyFileSync(file, copy);
      chmodSync(copy, 0o755);
    }
  }
  await writeLicences(path.join(dir, 'licenses'), platform, python);
  return { dir, fresh, note, missing };
}

/**
 * Puts the main package together: the files that npm would pack, and a package.json that asks for the platform packages.
 * package.json in the checkout does not: `npm ci` would look for packages that are not published yet.
 * @returns {Promise<string>} its folder
 */
export async function stageMainPackage() {
  const npm = npmCommand();
  const args = [...npm.args, 'pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const { stdout } = await runOrFail('npm pack --dry-run', npm.command, args, { cwd: root });
  const dir = path.join(packagesDir, 'node-tensorrt');
  rmSync(dir, { recursive: true, force: true });
  for (const file of packedFiles(JSON.parse(stdout))) {
    const target = path.join(dir, file);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(path.join(root, file), target);
  }
  const manifest = readJson(path.join(root, 'package.json'));
  const names = Object.keys(targets).map((name) => [`@node-tensorrt/${name}`, manifest.version]);
  manifest.optionalDependencies = Object.fromEntries(names);
  // In the tarball, so that it and a platform package are all that an installation without a network needs.
  manifest.bundleDependencies = Object.keys(manifest.dependencies);
  for (const name of bundled) cpSync(packageFile(name, ''), path.join(dir, 'node_modules', name), { recursive: true });
  writeFileSync(path.join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return dir;
}

/**
 * The paths in what `npm pack --json` prints: a list with one entry, or with newer versions an object by name.
 * @param {any} printed
 * @returns {string[]}
 */
export function packedFiles(printed) {
  const [entry] = Object.values(printed);
  return entry.files.map((/** @type {{ path: string }} */ file) => file.path);
}
