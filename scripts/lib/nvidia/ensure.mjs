import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { SetupError } from '../errors.mjs';
import { withLock } from '../lock.mjs';
import { showStep } from '../progress.mjs';
import { findTools } from '../tools.mjs';
import { chooseParts, nvidiaParts } from './parts.mjs';
import { installedSdk } from './sdk.mjs';
import { missingClients, requireClients } from './tools.mjs';

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
  const { names, folders, fetched, clients } = plan(parts);
  requireClients(clients);
  if (!canFetch(fetched)) throw new SetupError(ONLY_LINUX);
  const { python } = (await findTools()).tools;
  for (const name of fetched) await step(nvidiaParts[name].label, () => ensurePart(python, nvidiaParts[name]));
  return /** @type {Pick<NvidiaPaths, Name>} */ (Object.fromEntries(names.map((name) => [name, folders[name]])));
}

/**
 * Why parts cannot be had here; null when all are in the cache or can be fetched.
 * @param {readonly import('./parts.mjs').PartName[]} parts
 */
export function unavailable(parts) {
  const { fetched, clients } = plan(parts);
  if (!canFetch(fetched)) return ONLY_LINUX;
  const missing = missingClients(clients);
  return missing.length > 0 ? `not found on PATH: ${missing.join(', ')}` : null;
}

/**
 * @param {readonly string[]} [parts]
 * @param {ReturnType<typeof installedSdk>} [sdk] whose folders replace what is fetched
 * @param {(dir: string) => boolean} [isThere]
 */
export function plan(parts, sdk = installedSdk(), isThere = existsSync) {
  const names = chooseParts(parts);
  const fetched = names.filter((name) => !(sdk && name in sdk));
  const absent = fetched.map((name) => nvidiaParts[name]).filter(({ dir }) => !isThere(dir));
  const folders = { ...Object.fromEntries(fetched.map((name) => [name, nvidiaParts[name].dir])), ...sdk };
  return { names, folders, fetched, clients: [...new Set(absent.flatMap(({ clients }) => clients))] };
}

const ONLY_LINUX = `NVIDIA's libraries are fetched for Linux x64 only; this is ${process.platform}-${process.arch}`;

/** @param {import('./parts.mjs').PartName[]} names */
function canFetch(names) {
  const isLinuxX64 = process.platform === 'linux' && process.arch === 'x64';
  return isLinuxX64 || !names.some((name) => nvidiaParts[name].isLibrary);
}

/**
 * @param {string} python
 * @param {import('./parts.mjs').Part} part
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function ensurePart(python, { dir, label, problem, fetch }) {
  // Without the lock two checkouts would fetch half a gigabyte each, and the other's folder could not be told from a leftover.
  const lock = path.join(path.dirname(dir), 'locks', path.basename(dir));
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
