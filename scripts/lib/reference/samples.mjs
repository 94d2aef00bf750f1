import path from 'node:path';
import sharp from 'sharp';
import { picturesDir } from '../pictures.mjs';

/**
 * Real inputs for the real models, the same ones every time. The pictures must have been fetched (ensurePictures()).
 *
 * @typedef {{ type: 'float32', dims: number[], data: Float32Array } | { type: 'int32', dims: number[], data: Int32Array }
 *   | { type: 'int64', dims: number[], data: BigInt64Array }} SampleTensor
 *
 * @typedef {object} RealSample
 * @property {string} name
 * @property {Record<string, SampleTensor>} inputs
 * @property {string} [text] what the recogniser reads
 * @property {number[]} [classes] the class that the model finds for every row
 */

/** @type {Record<import('./models.mjs').RealModelName, () => Promise<RealSample[]>>} */
const makers = {
  'pp-ocr-det': detectorSamples,
  'pp-ocr-rec': recogniserSamples,
  'pp-ocr-cls': directionSamples,
  'open-nsfw': photographSamples,
  magika: fileSamples,
  'minilm-opset14': tokenSamples,
  'minilm-opset20': tokenSamples,
};

/** @param {import('./models.mjs').RealModelName} model */
export const samplesOf = (model) => makers[model]();

const page = () => sharp(path.join(picturesDir, 'page.png')).toColourspace('srgb').removeAlpha();

/** Lines of that page: left, top, width, height in pixels, and what they say. */
const LINES = /** @type {const} */ ([
  { box: [4, 9, 292, 28], text: 'Region-based segmentation' },
  { box: [4, 47, 375, 21], text: 'Let us first determine markers of the coins and the' },
  { box: [5, 65, 374, 21], text: 'background. These markers are pixels that we can label' },
  { box: [5, 83, 373, 22], text: 'unambiguously as either object or background. Here,' },
]);

/** The scanned page in two sizes, and one of a photograph, which has no text. */
async function detectorSamples() {
  const cat = () => sharp(path.join(picturesDir, 'chelsea.png')).toColourspace('srgb').removeAlpha();
  const sources = /** @type {const} */ ([
    ['page 640x320', page, 640, 320],
    ['page 768x384', page, 768, 384],
    ['cat 480x320', cat, 480, 320],
  ]);
  return Promise.all(
    sources.map(async ([name, open, width, height]) => {
      const pixels = await open().resize(width, height, { fit: 'fill' }).raw().toBuffer();
      // As the detector was trained: blue, green, red, each with its own mean and deviation.
      const data = planes([pixels], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
      return { name, inputs: { x: float32([1, 3, height, width], data) } };
    }),
  );
}

async function recogniserSamples() {
  return Promise.all(
    LINES.map(async ({ box, text }, index) => {
      const width = Math.round((box[2] / box[3]) * 3) * 16;
      const pixels = await linePixels(box, width, 0);
      return { name: `line ${index + 1}`, text, inputs: { x: float32([1, 3, 48, width], signedPlanes([pixels])) } };
    }),
  );
}

/** The beginning of each line twice: as it stands (class 0), and upside down (1). With the last line the model errs, surely. */
async function directionSamples() {
  return Promise.all(
    LINES.map(async ({ box: [left, top, , height] }, index) => {
      const box = /** @type {const} */ ([left, top, height * 4, height]);
      const both = await Promise.all([linePixels(box, 192, 0), linePixels(box, 192, 180)]);
      const inputs = { x: float32([2, 3, 48, 192], signedPlanes(both)) };
      return { name: `line ${index + 1}`, classes: index === 3 ? [1, 0] : [0, 1], inputs };
    }),
  );
}

/** A line at a height of 48 pixels. @param {readonly [number, number, number, number]} box @param {number} width @param {number} degrees */
async function linePixels([left, top, boxWidth, boxHeight], width, degrees) {
  const line = page().extract({ left, top, width: boxWidth, height: boxHeight });
  const resized = await line.resize(width, 48, { fit: 'fill' }).png().toBuffer();
  return sharp(resized).rotate(degrees).raw().toBuffer();
}

/** Blue, green, red without their means, the last dimension. None of the photographs is unsafe. */
async function photographSamples() {
  return Promise.all(
    ['astronaut', 'coffee', 'chelsea'].map(async (name) => {
      const opened = sharp(path.join(picturesDir, `${name}.png`))
        .toColourspace('srgb')
        .removeAlpha();
      const pixels = await opened
        .resize(256, 256, { fit: 'fill' })
        .extract({ left: 16, top: 16, width: 224, height: 224 })
        .raw()
        .toBuffer();
      const data = new Float32Array(pixels.length);
      const means = [104, 117, 123];
      for (let i = 0; i < pixels.length; i++) data[i] = pixels[i - (i % 3) + 2 - (i % 3)] - means[i % 3];
      return { name, classes: [0], inputs: { input_0: float32([1, 224, 224, 3], data) } };
    }),
  );
}

/** Class of each in Magika's list of types. */
const FILE_CLASSES = { python: 143, javascript: 83, html: 71, json: 87, markdown: 100, png: 133 };

const FILES = {
  python:
    'import sys\n\n\ndef main(argv):\n    for name in argv[1:]:\n        print(name.upper())\n    return 0\n\n\nif __name__ == "__main__":\n    sys.exit(main(sys.argv))\n',
  javascript:
    "'use strict';\nconst fs = require('fs');\n\nfunction sizes(files) {\n  return files.map((file) => fs.statSync(file).size);\n}\n\nmodule.exports = { sizes };\n",
  html: '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Tensors</title></head>\n<body><h1>Tensors</h1><p>A page about tensors.</p></body>\n</html>\n',
  json: '{\n  "name": "tensors",\n  "version": "1.2.3",\n  "dims": [1, 3, 48, 320],\n  "nested": { "yes": true, "no": null }\n}\n',
  markdown:
    '# Tensors\n\nSome **bold** words, a [link](https://example.org), and:\n\n- one\n- two\n\n```sh\nnpm start\n```\n',
};

/** Texts and a picture, as the model wants them: the first and the last 1024 bytes, 256 where there are none. */
async function fileSamples() {
  const files = { ...FILES, png: await page().png({ compressionLevel: 9, adaptiveFiltering: false }).toBuffer() };
  return Object.entries(FILE_CLASSES).map(([name, fileClass]) => {
    const bytes = Buffer.from(files[/** @type {keyof typeof files} */ (name)]);
    const data = new Int32Array(2048).fill(256);
    // None of them begins or ends with a blank, which would not count, but for the newline.
    const end = name === 'png' ? bytes.length : bytes.length - 1;
    data.set(bytes.subarray(0, Math.min(1024, end)), 0);
    const tail = bytes.subarray(Math.max(0, end - 1024), end);
    data.set(tail, 2048 - tail.length);
    return {
      name,
      classes: [fileClass],
      inputs: { bytes: { type: /** @type {const} */ ('int32'), dims: [1, 2048], data } },
    };
  });
}

/** Sentences of random words: one alone, four with padding behind all but the longest, and pairs of sentences. */
async function tokenSamples() {
  return [
    tokens('one of 16', [16], 16),
    tokens('four of up to 32', [32, 9, 20, 5], 32),
    tokens('two pairs of 64', [64, 50], 64, true),
  ];
}

/** @param {string} name @param {number[]} lengths @param {number} width @param {boolean} [pairs] */
function tokens(name, lengths, width, pairs = false) {
  const ids = new BigInt64Array(lengths.length * width);
  const mask = new BigInt64Array(ids.length);
  const segments = new BigInt64Array(ids.length);
  let state = 20261126 + width;
  for (const [row, length] of lengths.entries()) {
    for (let i = 0; i < length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      // As BERT's vocabulary has it: 101 begins, 102 ends, words from 999 on.
      ids[row * width + i] = BigInt(
        i === 0 ? 101 : i === length - 1 ? 102 : 999 + Math.floor((state / 2 ** 32) * 29523),
      );
      mask[row * width + i] = 1n;
      if (pairs && i > length / 2) segments[row * width + i] = 1n;
    }
  }
  const tensor = (/** @type {BigInt64Array} */ data) => ({
    type: /** @type {const} */ ('int64'),
    dims: [lengths.length, width],
    data,
  });
  return {
    name,
    inputs: { input_ids: tensor(ids), attention_mask: tensor(mask), token_type_ids: tensor(segments) },
  };
}

/** @param {readonly Buffer[]} pictures */
const signedPlanes = (pictures) => planes(pictures, [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]);

/**
 * Pictures of red, green and blue bytes as planes of blue, green, red, normalised.
 * @param {readonly Buffer[]} pictures of the same size
 * @param {readonly number[]} means of 1
 * @param {readonly number[]} deviations of 1
 */
function planes(pictures, means, deviations) {
  const area = pictures[0].length / 3;
  const data = new Float32Array(pictures.length * 3 * area);
  let to = 0;
  for (const pixels of pictures) {
    for (let channel = 0; channel < 3; channel++) {
      for (let i = 0; i < area; i++, to++) {
        data[to] = (pixels[i * 3 + 2 - channel] / 255 - means[channel]) / deviations[channel];
      }
    }
  }
  return data;
}

/** @param {number[]} dims @param {Float32Array} data */
function float32(dims, data) {
  return { type: /** @type {const} */ ('float32'), dims, data };
}
