import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { npmCommand } from './npm.mjs';
import { root } from './paths.mjs';
import { runOrFail } from './run.mjs';
import { hashFiles, isStamped, writeStamp } from './stamp.mjs';

// Inside node_modules, so that deleting that folder deletes the stamp too.
const stamp = path.join(root, 'node_modules', '.node-tensorrt-setup');

/** Installs the packages of package-lock.json when they are not installed yet. */
export async function installPackages() {
  const hash = hashFiles(root, ['package-lock.json'], {
    dependencies: dependencyFields(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))),
    platform: process.platform,
    arch: process.arch,
  });
  if (existsSync(stamp) && isStamped(stamp, hash)) return { fresh: true, note: 'already installed' };
  const npm = npmCommand();
  const args = [...npm.args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  await runOrFail('npm ci', npm.command, args, { cwd: root });
  writeStamp(stamp, hash);
  return { fresh: false, note: 'installed' };
}

/**
 * The fields of package.json that decide what is installed: changing a script must not reinstall everything.
 * @param {Record<string, unknown>} manifest
 */
export function dependencyFields(manifest) {
  const names = [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'peerDependencies',
    'peerDependenciesMeta',
    'overrides',
  ];
  return Object.fromEntries(names.map((name) => [name, manifest[name] ?? null]));
}
