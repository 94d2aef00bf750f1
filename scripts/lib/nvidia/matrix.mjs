import { buildCheck, parseCheck } from './checks.mjs';
import { checkedModels } from './models.mjs';

/** The compute capabilities of the table, as build_check names them. */
export const targets = /** @type {const} */ (['sm75', 'sm80', 'sm86', 'sm89', 'sm120']);

/**
 * @typedef {object} MatrixRow
 * @property {import('./models.mjs').CheckedModel} model
 * @property {import('./checks.mjs').ParseResult} parsed
 * @property {import('./checks.mjs').BuildResult[]} builds one per target
 *
 * @typedef {{ rtxVersion: string, tensorrtVersion: string, rows: MatrixRow[] }} Matrix
 */

/**
 * Asks TensorRT-RTX to build, and TensorRT to parse, every model of the table.
 * @param {import('./programs.mjs').CheckPrograms} programs
 * @param {(text: string) => void} [onStep]
 * @returns {Promise<Matrix>}
 */
export async function runMatrix(programs, onStep = () => {}) {
  const parsed = await parseCheck(
    programs,
    checkedModels.map(({ file }) => file),
  );
  onStep(`TensorRT ${parsed.version} parsed ${parsed.models.filter(({ ok }) => ok).length} of ${checkedModels.length}`);
  /** @type {MatrixRow[]} */
  const rows = [];
  let rtxVersion = '';
  for (const [index, model] of checkedModels.entries()) {
    const { version, targets: builds } = await buildCheck(programs, model, targets);
    rtxVersion = version;
    rows.push({ model, parsed: parsed.models[index], builds });
    const built = builds.filter(({ ok }) => ok).map(({ target }) => target);
    onStep(`TensorRT-RTX ${version} built ${model.name} for ${built.join(', ') || 'nothing'}`);
  }
  return { rtxVersion, tensorrtVersion: parsed.version, rows };
}
