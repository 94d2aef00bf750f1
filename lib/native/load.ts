import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import bindings from 'bindings';
import { NodeTensorRTError } from '../errors.js';
import { CONTRACT_VERSION, type NativeAddon } from './contract.js';
import { packageRoot } from './root.cjs';

const platform = `${process.platform}-${process.arch}`;
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
export function loadAddon(tried = sources): NativeAddon {
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
    `The native addon of node-tensorrt could not be loaded on ${platform}, Node ${process.version}. Tried:\n${list}\n${advice()}`,
    { platform, causes },
  );
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

function advice(): string {
  const fromSource = existsSync(join(packageRoot, 'scripts', 'build.mjs'));
  const steps = ['Reinstall with optional dependencies (npm install --include=optional).'];
  if (fromSource) steps.push(`Or build it: npm --prefix "${packageRoot}" run build (needs Python and a C++ compiler).`);
  return steps.join('\n');
}
