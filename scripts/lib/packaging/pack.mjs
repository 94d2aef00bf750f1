import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { npmCommand } from '../npm.mjs';
import { runOrFail } from '../run.mjs';
import { listFiles } from '../stamp.mjs';
import { packagesDir, stageMainPackage, stagePlatformPackage } from './stage-packages.mjs';

const MB = 1e6;
/** What nobody should have to download: sizes of tarballs. */
export const bounds = { main: 3 * MB, platform: 25 * MB };

/**
 * @typedef {object} Packed sizes in bytes
 * @property {string} name
 * @property {string} tarball
 * @property {number} packed
 * @property {number} unpacked
 * @property {number} bound
 * @property {string | null} missing why there is nothing in it for GPUs; null where that is as it should be
 */

/**
 * Makes the tarballs of the main package and of platform packages.
 * @param {string[]} names of targets
 * @param {string} python
 * @param {(label: string, work: () => Promise<import('../progress.mjs').StepResult>) => Promise<unknown>} step shows progress
 * @returns {Promise<Packed[]>} the main package first
 */
export async function packAll(names, python, step) {
  /** @type {Packed[]} */
  const packed = [];
  await step('package node-tensorrt', async () => {
    packed.push(await pack('node-tensorrt', await stageMainPackage(), bounds.main));
    return { fresh: false, note: 'packed' };
  });
  for (const name of names) {
    await step(`package @node-tensorrt/${name}`, async () => {
      const { dir, fresh, note, missing } = await stagePlatformPackage(name, python);
      packed.push({ ...(await pack(`@node-tensorrt/${name}`, dir, bounds.platform)), missing });
      return { fresh, note: `addon ${note}${missing === null ? '' : `; nothing for GPUs: ${missing}`}` };
    });
  }
  return packed;
}

/** @param {string} name @param {string} dir @param {number} bound @returns {Promise<Packed>} */
async function pack(name, dir, bound) {
  const into = path.join(packagesDir, 'tarballs', path.basename(dir));
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into, { recursive: true });
  const npm = npmCommand();
  const args = [...npm.args, 'pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', into];
  await runOrFail(`npm pack of ${name}`, npm.command, args, { cwd: dir });
  const tarball = path.join(into, listFiles(into)[0]);
  const unpacked = listFiles(dir).reduce((sum, file) => sum + statSync(path.join(dir, file)).size, 0);
  return { name, tarball, packed: statSync(tarball).size, unpacked, bound, missing: null };
}

/** @param {Packed[]} packages */
export function sizeTable(packages) {
  const rows = packages.map(({ name, packed, unpacked, bound }) => {
    const numbers = [packed, unpacked, bound].map((bytes) => `${(bytes / MB).toFixed(2)} MB`.padStart(11));
    return name.padEnd(30) + numbers.join('');
  });
  return ['package                            packed   unpacked      bound', ...rows].join('\n');
}

/** Throws when a tarball is larger than its bound. @param {Packed[]} packages */
export function checkSizes(packages) {
  const large = packages.filter(({ packed, bound }) => packed > bound);
  if (large.length === 0) return;
  const list = large.map(({ name, packed, bound }) => `${name} has ${packed} bytes, allowed are ${bound}`);
  throw new SetupError(`Too large:\n  ${list.join('\n  ')}`);
}
