import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fixtureSources, importFixtures } from '../fixtures.mjs';
import { root } from '../paths.mjs';
import { hashFiles, isStamped, writeStamp } from '../stamp.mjs';
import { writeCases } from './cases.mjs';

export const ROWS = 32;
export const WIDTH = 1024;
/** FP32 sums of 1024 products in another order differ by some 1e-6 of the largest number. */
const TOLERANCE = 1e-4;

/**
 * Writes the perceptron, rows to put in, and what ONNX Runtime makes of them on this machine's processor.
 * @param {string} dir
 * @returns {Promise<import('../progress.mjs').StepResult>}
 */
export async function ensureGpuModels(dir) {
  const sources = [
    ...fixtureSources,
    ...['models.mjs', 'cases.mjs'].map((name) => path.join(root, 'scripts', 'lib', 'gpu', name)),
  ];
  const hash = hashFiles(root, [
    ...sources.map((file) => path.relative(root, file)),
    'node_modules/onnxruntime-node/package.json',
  ]);
  const stamp = path.join(dir, '.stamp');
  if (isStamped(stamp, hash)) return { fresh: true, note: 'up to date' };
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  // Under build-*/, where the compiled fixtures find a package.json that makes them modules.
  const { mlp, pseudoRandom } = await importFixtures(path.join(dir, 'fixtures'));
  rmSync(path.join(dir, 'fixtures'), { recursive: true });
  const input = pseudoRandom(ROWS * WIDTH, 7);
  writeFileSync(path.join(dir, 'mlp.onnx'), mlp({ layers: 8, width: WIDTH }));
  writeFileSync(path.join(dir, 'mlp.input.f32'), new Uint8Array(input.buffer));
  const expected = await computeOnProcessor(dir);
  writeFileSync(
    path.join(dir, 'mlp.expected.f32'),
    new Uint8Array(expected.buffer, expected.byteOffset, expected.byteLength),
  );
  const small = path.join(dir, 'small-mlp.onnx');
  writeFileSync(small, mlp({ layers: 3, width: 64 }));
  const x = { type: /** @type {const} */ ('float32'), data: pseudoRandom(8 * 64, 8), dims: [8, 64] };
  await writeCases(dir, 'small-mlp', small, [{ name: '8 rows', inputs: { x } }]);
  writeStamp(stamp, hash);
  return { fresh: false, note: 'written' };
}

/** The library's own results for the rows of a folder, by its CPU backend. @param {string} dir */
export async function computeOnProcessor(dir) {
  const { Engine } = await import(pathToFileURL(path.join(root, 'dist', 'esm', 'index.js')).href);
  const engine = await Engine.load(path.join(dir, 'mlp.onnx'), { backend: 'cpu' });
  try {
    const x = { type: 'float32', data: readFloats(path.join(dir, 'mlp.input.f32')), dims: [ROWS, WIDTH] };
    return /** @type {Float32Array} */ ((await engine.run({ x })).y.data);
  } finally {
    await engine.close();
  }
}

/**
 * How far results are from the expected ones of a folder, as a part of the largest; throws where that is too far.
 * @param {string} dir @param {Float32Array} actual
 */
export function compareWithExpected(dir, actual) {
  const expected = readFloats(path.join(dir, 'mlp.expected.f32'));
  const difference = relativeDifference(actual, expected);
  if (difference <= TOLERANCE) return difference;
  throw new Error(`the results differ by ${difference} of the largest number, allowed is ${TOLERANCE}`);
}

/** @param {Float32Array} actual @param {Float32Array} expected */
export function relativeDifference(actual, expected) {
  if (actual.length !== expected.length || expected.length === 0) return Number.POSITIVE_INFINITY;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i])), 0);
  if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? 0 : difference / largest;
}

/** @param {string} file */
function readFloats(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
