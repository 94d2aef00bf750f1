import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { SetupError } from '../errors.mjs';
import { withLock } from '../lock.mjs';
import { cacheDir } from '../paths.mjs';
import { showStep } from '../progress.mjs';
import { findTools } from '../tools.mjs';
import { chooseParts, nvidiaParts } from './parts.mjs';
import { installedSdk } from './sdk.mjs';
import { requireClients } from './tools.mjs';

/** @typedef {Record<import('./parts.mjs').PartName, string>} NvidiaPaths */

/**
 * Fetches what is asked for of NVIDIA's headers and libraries unless the cache has it unharmed. All clients that are
 * needed are looked for first, so that nobody waits for one part to learn that another cannot be had.
 * @template {import('./parts.mjs').PartName} [Name=import('./parts.mjs').PartName]
 * @param {object} [options]
 * @param {readonly Name[]} [options.parts] all by default
 * @param {typeof showStep} [options.step] how each is announced
 * @returns {Promise<Pick<NvidiaPaths, Name>>} the folder of each part that was asked for
 */
export async function ensureNvidia({ parts, step = showStep } = {}) {
  const sdk = installedSdk();
  const names = chooseParts(parts);
  const wanted = names.filter((name) => !(sdk && name in sdk));
  const absent = wanted.filter((name) => !existsSync(nvidiaParts[name].dir)).map((name) => nvidiaParts[name]);
  requireClients([...new Set(absent.flatMap(({ clients }) => clients))]);
  if (absent.some(({ isLibrary }) => isLibrary)) requireLinuxX64();

  const { python } = (await findTools()).tools;
  for (const name of wanted) await step(nvidiaParts[name].label, () => ensurePart(python, nvidiaParts[name]));
  const folders = names.map((name) => [name, sdk && name in sdk ? sdk[name] : nvidiaParts[name].dir]);
  return /** @type {Pick<NvidiaPaths, Name>} */ (Object.fromEntries(folders));
}

/**
 * @param {string} python
 * @param {import('./parts.mjs').Part} part
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function ensurePart(python, { dir, label, problem, fetch }) {
  // Without the lock two checkouts would fetch half a gigabyte each, and the other's folder could not be told from a leftover.
  const lock = path.join(cacheDir, 'locks', path.basename(dir));
  const fresh = await withLock(lock, () => {
    removeLeftovers(dir);
    return ensureCachedFolder(dir, {
      isValid: () => existsSync(dir) && problem(dir) === null,
      fill: async (temporary) => {
        const target = path.join(temporary, 'content');
        await fetch(python, temporary, target);
        const found = problem(target);
        if (found) throw new SetupError(`What was fetched as ${label} ${found}`);
        return target;
      },
    });
  });
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}

/** What a process left that was ended while it fetched. Only with the lock. @param {string} dir */
function removeLeftovers(dir) {
  const parent = path.dirname(dir);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(`${path.basename(dir)}.tmp-`))
      rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function requireLinuxX64() {
  if (process.platform === 'linux' && process.arch === 'x64') return;
  throw new SetupError(
    `NVIDIA's libraries are fetched for Linux x64 only; this is ${process.platform}-${process.arch}. Headers can be had.`,
  );
}
