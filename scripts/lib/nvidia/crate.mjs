import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { runOrFail } from '../run.mjs';
import { sha256 } from '../stamp.mjs';
import { readTarball } from '../tar.mjs';
import { requireClients } from './tools.mjs';

/**
 * Has cargo fetch a crate into its own cache; nothing is compiled.
 * @param {{ crate: string, version: string, sha256: string }} pin
 * @param {string} cwd a folder of no Rust project
 * @returns {Promise<string>} path of the .crate, which is a .tgz
 */
export async function fetchCrate(pin, cwd) {
  requireClients(['cargo']);
  const spec = `${pin.crate}@${pin.version}`;
  await runOrFail(`cargo info ${spec} (needs cargo 1.82 or newer)`, 'cargo', ['info', '--quiet', spec], { cwd });
  const file = findCrate(`${pin.crate}-${pin.version}.crate`);
  const actual = sha256(file);
  if (actual !== pin.sha256) throw new SetupError(`${file} has hash ${actual}, expected ${pin.sha256}`);
  return file;
}

/** @param {string} name */
function findCrate(name) {
  const cache = path.join(process.env.CARGO_HOME || path.join(os.homedir(), '.cargo'), 'registry', 'cache');
  // One folder per registry.
  const found = readdirSync(cache).find((folder) => readdirSync(path.join(cache, folder)).includes(name));
  if (!found) throw new SetupError(`cargo info succeeded, but ${name} is not in ${cache}`);
  return path.join(cache, found, name);
}

/** @param {string} crate @param {string} folder in it, without the folder that every crate has @param {string} target */
export async function extractFromCrate(crate, folder, target) {
  const prefix = `${path.basename(crate, '.crate')}/${folder}/`;
  for await (const { name, content } of readTarball(crate, (file) => file.startsWith(prefix))) {
    const file = path.join(target, ...name.slice(prefix.length).split('/'));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}
