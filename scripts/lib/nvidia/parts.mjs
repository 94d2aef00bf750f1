import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { cacheDir } from '../paths.mjs';
import { hashTree, listFiles, sha256 } from '../stamp.mjs';
import { downloadWheel, extractFromWheel, extractMember } from '../wheel.mjs';
import { fetchArtifact } from './artifact.mjs';
import { extractFromCrate, fetchCrate } from './crate.mjs';
import { nvidiaPins as pins } from './pins.mjs';

/**
 * One folder in the cache that is fetched as a whole.
 * @typedef {object} Part
 * @property {string} label for people
 * @property {string} dir where it is once it was fetched
 * @property {Array<import('./tools.mjs').Client>} clients what fetches it, beside Python
 * @property {boolean} isLibrary whether it is for Linux x64 only; headers are for all
 * @property {(dir: string) => string | null} problem what is wrong with the content of a folder; null when it is as pinned
 * @property {(python: string, temporary: string, target: string) => Promise<void>} fetch fills the new folder `target`
 */

/** @param {string} name @param {string} hash */
const folder = (name, hash) => path.join(cacheDir, `nvidia-${name}-${hash.slice(0, 12)}`);

/** @param {string} expected */
const treeProblem = (expected) => (/** @type {string} */ dir) => {
  const actual = hashTree(dir);
  return actual === expected ? null : `has hash ${actual}, expected ${expected}`;
};

/** @param {Record<string, string>} files expected hashes by name; there must be no others */
export const filesProblem = (files) => (/** @type {string} */ dir) => {
  const names = listFiles(dir).join(', ');
  const expected = Object.keys(files).sort().join(', ');
  if (names !== expected) return `has the files (${names}), expected (${expected})`;
  const wrong = Object.entries(files).find(([name, hash]) => sha256(path.join(dir, name)) !== hash);
  return wrong ? `has another ${wrong[0]} than the one that is pinned` : null;
};

/**
 * Headers that lie in Python packages.
 * @param {string} name @param {string} label @param {typeof pins.cudaHeaders} pin
 * @returns {Part}
 */
function wheelHeaders(name, label, pin) {
  return {
    label,
    dir: folder(name, pin.treeSha256),
    clients: [],
    isLibrary: false,
    problem: treeProblem(pin.treeSha256),
    fetch: async (python, temporary, target) => {
      for (const wheel of pin.wheels)
        await extractFromWheel(python, wheel, path.join(temporary, wheel.package), target);
    },
  };
}

/** @param {string} name @param {string} label @param {typeof pins.tensorrtHeaders.rtx} pin @returns {Part} */
function crateHeaders(name, label, pin) {
  return {
    label,
    dir: folder(name, pin.treeSha256),
    clients: ['cargo'],
    isLibrary: false,
    problem: treeProblem(pin.treeSha256),
    fetch: async (_, temporary, target) => {
      await extractFromCrate(await fetchCrate(pins.tensorrtHeaders, temporary), pin.folder, target);
    },
  };
}

/**
 * Libraries in a .jar or .whl, both of which are .zip files.
 * @param {string} name @param {string} label @param {{ folder: string, files: Record<string, string> }} pin
 * @param {Part['clients']} clients
 * @param {(python: string, temporary: string) => Promise<string>} fetchArchive
 * @returns {Part}
 */
function libraries(name, label, pin, clients, fetchArchive) {
  return {
    label,
    dir: folder(name, Object.values(pin.files)[0]),
    clients,
    isLibrary: true,
    problem: filesProblem(pin.files),
    fetch: async (python, temporary, target) => {
      const archive = await fetchArchive(python, temporary);
      for (const file of Object.keys(pin.files)) await extractMember(python, archive, `${pin.folder}/${file}`, target);
    },
  };
}

/** The parts by the name under which ensureNvidia() returns their folders. */
export const nvidiaParts = {
  cudaInclude: wheelHeaders('cuda-headers', 'CUDA headers', pins.cudaHeaders),
  nvmlInclude: wheelHeaders('nvml-header', 'NVML header', pins.nvmlHeader),
  tensorrtInclude: crateHeaders('tensorrt-headers', 'TensorRT headers', pins.tensorrtHeaders.tensorrt),
  rtxInclude: crateHeaders('rtx-headers', 'TensorRT-RTX headers', pins.tensorrtHeaders.rtx),
  tensorrtLib: libraries(
    'tensorrt-libraries',
    'TensorRT libraries',
    pins.tensorrtLibraries,
    ['mvn', 'java'],
    (_, temporary) => fetchArtifact(pins.tensorrtLibraries.artifact, path.join(temporary, 'maven')),
  ),
  rtxLib: libraries('rtx-libraries', 'TensorRT-RTX libraries', pins.rtxLibraries, [], (python, temporary) =>
    downloadWheel(python, pins.rtxLibraries, path.join(temporary, 'wheel')),
  ),
};

/** @typedef {keyof typeof nvidiaParts} PartName */

/**
 * The names of the parts that are wanted; all of them by default.
 * @param {readonly string[]} [names]
 * @returns {PartName[]}
 */
export function chooseParts(names) {
  const all = /** @type {PartName[]} */ (Object.keys(nvidiaParts));
  const unknown = names?.find((name) => !(name in nvidiaParts));
  if (unknown !== undefined) throw new SetupError(`There is no part "${unknown}"; there are: ${all.join(', ')}`);
  return names === undefined ? all : all.filter((name) => names.includes(name));
}
