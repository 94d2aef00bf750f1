import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../paths.mjs';
import { hashFiles, isStamped, listFiles, writeStamp } from '../stamp.mjs';

/**
 * Models in each precision for gpu_acceptance, with samples and with what ONNX Runtime makes of these in float32 on this
 * machine's processor (native/test/gpu/model_case.h has the format).
 *
 * @typedef {'fp32' | 'fp16' | 'bf16'} Precision
 * @typedef {{ name: string, inputs: import('../../../dist/esm/index.js').TensorMap }} Sample
 */

export const precisions = /** @type {readonly Precision[]} */ (['fp32', 'fp16', 'bf16']);

/** dB that a result must have over its differences, where a model is not coarser. @type {Record<Precision, number>} */
const LEAST_DB = { fp32: 80, fp16: 40, bf16: 30 };

/** What bfloat16 leaves in these: docs/onnx-cast.md. @type {Record<string, number>} */
const COARSE_DB = { 'pp-ocr-det': 15, 'pp-ocr-rec': 25, 'pp-ocr-cls': 28, magika: 10 };

/** Of the transformer one is enough: it is large. @type {import('../reference/models.mjs').RealModelName[]} */
const MODELS = ['pp-ocr-det', 'pp-ocr-rec', 'pp-ocr-cls', 'magika', 'open-nsfw', 'minilm-opset20'];

/**
 * Writes the real models; they and the pictures must be there (ensureRealModels(), ensurePictures()).
 * @param {string} dir
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function ensureRealCases(dir) {
  const sources = ['scripts/lib/gpu/cases.mjs', 'scripts/lib/reference/samples.mjs'];
  const built = listFiles(path.join(root, 'lib'), (file) => file.endsWith('.ts')).map((file) => path.join('lib', file));
  const hash = hashFiles(root, [...sources, ...built]);
  const stamp = path.join(dir, '.stamp-cases');
  if (isStamped(stamp, hash)) return { fresh: true, note: 'up to date' };
  const { realModels } = await import('../reference/models.mjs');
  const { samplesOf } = await import('../reference/samples.mjs');
  for (const name of MODELS) await writeCases(dir, name, realModels[name], (await samplesOf(name)).slice(0, 3));
  writeStamp(stamp, hash);
  return { fresh: false, note: `${MODELS.length} models` };
}

/**
 * Writes one model in all precisions.
 * @param {string} dir @param {string} name @param {string} model @param {readonly Sample[]} samples
 */
export async function writeCases(dir, name, model, samples) {
  const { castModel, optimizeModel, writeModel } = await import(
    pathToFileURL(path.join(root, 'dist', 'esm', 'toolkit', 'index.js')).href
  );
  const inputs = samples.map((sample) => sample.inputs);
  const expected = await computeAll(model, inputs);
  for (const precision of precisions) {
    const folder = path.join(dir, 'cases', precision, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const made =
      precision === 'fp32' ? await optimizeModel(model) : await castModel(model, { to: precision, samples: inputs });
    await writeModel(made.model, path.join(folder, 'model.onnx'));
    const least = precision === 'bf16' ? (COARSE_DB[name] ?? LEAST_DB.bf16) : LEAST_DB[precision];
    writeSamples(folder, least, samples, expected);
  }
}

/** @param {string} model @param {readonly Sample['inputs'][]} inputs */
async function computeAll(model, inputs) {
  const { Engine } = await import(pathToFileURL(path.join(root, 'dist', 'esm', 'index.js')).href);
  const engine = await Engine.load(model, { backend: 'cpu' });
  try {
    const results = [];
    for (const input of inputs) results.push(await engine.run(input));
    return results;
  } finally {
    await engine.close();
  }
}

/** @param {string} folder @param {number} least @param {readonly Sample[]} samples @param {readonly Sample['inputs'][]} expected */
function writeSamples(folder, least, samples, expected) {
  const lines = [`snr ${least}`];
  for (const [index, { name, inputs }] of samples.entries()) {
    lines.push(`sample ${name}`);
    const add = (/** @type {string} */ what, /** @type {Sample['inputs']} */ tensors) => {
      for (const [at, [tensor, { data, dims }]] of Object.entries(tensors).entries()) {
        const file = `${index}-${what}-${at}.bin`;
        const { buffer, byteOffset, byteLength } = /** @type {Float32Array} */ (data);
        writeFileSync(path.join(folder, file), new Uint8Array(buffer, byteOffset, byteLength));
        lines.push(`${what} ${tensor} ${dims.join('x')} ${file}`);
      }
    };
    add('input', inputs);
    add('output', expected[index]);
  }
  writeFileSync(path.join(folder, 'case.txt'), `${lines.join('\n')}\n`);
}
