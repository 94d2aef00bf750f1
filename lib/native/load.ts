import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import bindings from 'bindings';
import { NodeTensorRTError } from '../errors.js';
import { CONTRACT_VERSION, type NativeAddon } from './contract.js';
import { packageRoot } from './root.cjs';

const platform = `${process.platform}-${process.arch}`;
/** The systems that have a package, if their C library is the right one. */
const packaged = ['linux-x64', 'linux-arm64', 'win32-x64', 'darwin-arm64'];
const requireFromPackage = createRequire(join(packageRoot, 'package.json'));

/** Where the addon may be, in the order in which it is tried. Each returns it, or throws. */
const sources: readonly { where: string; load: () => unknown }[] = [
  {
    where: `local build (${join(packageRoot, 'build')})`,
    load: () => bindings({ bindings: 'node_tensorrt', module_root: packageRoot }),
  },
  {
    where: `prebuilt binary (${join(packageRoot, 'prebuilds', platform)})`,
    load: () => requireFromPackage(join(packageRoot, 'prebuilds', platform, 'node-tensorrt.node')),
  },
  { where: `package @node-tensorrt/${platform}`, load: () => requireFromPackage(`@node-tensorrt/${platform}`) },
];

/** Finds and opens the native addon. Throws BINARY_NOT_FOUND with every cause. */
export function loadAddon(tried = sources, system = { platform, hasMusl }): NativeAddon {
  const causes: { where: string; cause: string }[] = [];
  for (const { where, load } of tried) {
    try {
      return checkContract(load() as NativeAddon);
    } catch (error) {
      causes.push({ where, cause: shorten(error) });
    }
  }
  const list = causes.map(({ where, cause }) => `  - ${where}: ${cause}`).join('\n');
  throw new NodeTensorRTError(
    'BINARY_NOT_FOUND',
    `The native addon of node-tensorrt could not be loaded on ${platform}, Node ${process.version}. Tried:\n${list}\n${advice(system)}`,
    { platform, causes },
  );
}

let loaded: NativeAddon | undefined;

/** The addon of this copy of the library, loaded by the first use. Throws BINARY_NOT_FOUND. */
export function getAddon(): NativeAddon {
  loaded ??= loadAddon();
  return loaded;
}

function checkContract(addon: NativeAddon): NativeAddon {
  if (addon.contractVersion === CONTRACT_VERSION) return addon;
  throw new Error(`was built from another version (contract ${addon.contractVersion}, needed ${CONTRACT_VERSION})`);
}

/** The first line of the message, without the list of paths that `bindings` tried. */
function shorten(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replace(/ Tried:$/, '');
}

function advice(system: { platform: string; hasMusl: () => boolean }): string {
  const isCheckout = existsSync(join(packageRoot, 'package-lock.json'));
  const build = isCheckout
    ? `npm --prefix "${packageRoot}" run build`
    : `npm install --no-save node-addon-api@8 && npx node-gyp@12 rebuild --directory "${packageRoot}"`;
  const needs = `${build} (needs Python 3 and a C++20 compiler).`;
  if (!packaged.includes(system.platform)) {
    return `There is no package for ${system.platform}, only for ${packaged.join(', ')}. Build it: ${needs}`;
  }
  if (system.hasMusl()) {
    return 'The C library of this system is musl (Alpine); the packages are for glibc only. Use an image with glibc.';
  }
  return `Reinstall with optional dependencies (npm install --include=optional).\nOr build it: ${needs}`;
}

/** Whether this is a Linux without glibc, which knows its own version. */
function hasMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}
