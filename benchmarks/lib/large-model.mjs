// @ts-check
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrFail } from '../../scripts/lib/run.mjs';
import { scratchDir } from './paths.mjs';

const WIDTH = 2048;
const NODES_PER_BLOCK = 21;

/**
 * A chain of matrix products of 2048 × 2048 with 20 small operators behind each, 16.8 MB a block; 64 blocks are 1.07 GB.
 * Written once, in a process of its own.
 *
 * @param {number} blocks
 * @returns {Promise<string>} its path
 */
export async function largeModel(blocks) {
  const file = path.join(scratchDir, 'large', `chain-${blocks}.onnx`);
  const program = fileURLToPath(import.meta.url);
  if (!existsSync(file)) await runOrFail('Writing the large model', process.execPath, [program, String(blocks), file]);
  return file;
}

/** @param {number} blocks @param {string} file */
async function write(blocks, file) {
  const { Model, Tensor, tensorType, writeModel } = await import('node-tensorrt/onnx');
  const values = new Float32Array(WIDTH * WIDTH);
  let state = 1;
  for (let i = 0; i < values.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    values[i] = (state / 2 ** 32 - 0.5) / 32;
  }
  const weights = Tensor.raw('float32', [WIDTH, WIDTH], new Uint8Array(values.buffer));
  const model = new Model();
  model.opsets.set('', 17);
  const { graph } = model;
  graph.name = 'chain';
  let value = graph.newValue('x', tensorType('float32', ['N', WIDTH]));
  graph.addInput(value);
  for (let block = 0; block < blocks; block++) {
    value = graph.newNode('MatMul', [value, graph.newInitializer('w', weights)], ['product']).output;
    for (let i = 1; i < NODES_PER_BLOCK; i++) {
      value = graph.newNode(i % 2 === 1 ? 'Relu' : 'Neg', [value], ['small']).output;
    }
  }
  value.type = tensorType('float32', ['N', WIDTH]);
  graph.addOutput(value);
  mkdirSync(path.dirname(file), { recursive: true });
  await writeModel(model, `${file}.part`);
  renameSync(`${file}.part`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await write(Number(process.argv[2]), String(process.argv[3]));
}
