import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCachedFolder } from '../cached-folder.mjs';
import { cacheDir, root } from '../paths.mjs';
import { pins } from '../pins.mjs';
import { runOrFail } from '../run.mjs';
import { hashFiles } from '../stamp.mjs';
import { ensureOnnxReference } from './environments.mjs';

/**
 * A transformer of MiniLM-L6's size (90 MB: 6 layers, hidden 384, 12 heads, vocabulary 30522), exported by PyTorch with
 * its tracing exporter (LayerNormalization and Gelu in parts) and with its newer one (one operator each). The graphs are
 * PyTorch's own, kept in test/fixtures/minilm without weights; `npm run reference:minilm` makes and checks them. The
 * weights come from a seed.
 */
export const miniLmNames = /** @type {const} */ (['minilm-opset14', 'minilm-opset20']);

/** @param {string} name */
export const miniLmSkeleton = (name) => path.join(root, 'test', 'fixtures', 'minilm', `${name}.onnx.gz`);

/** A Python program beside this file. @param {string} name */
export const referenceProgram = (name) => fileURLToPath(new URL(name, import.meta.url));

const recipe = [
  ...miniLmNames.map(miniLmSkeleton),
  ...['minilm_skeleton.py', 'minilm_weights.py'].map(referenceProgram),
].map((file) => path.relative(root, file));
const miniLmDir = path.join(cacheDir, `minilm-${hashFiles(root, recipe, pins.onnxReference).slice(0, 12)}`);

/** Where a model is once ensureMiniLm() has run. @param {string} name */
export const miniLmPath = (name) => path.join(miniLmDir, `${name}.onnx`);

/**
 * Puts weights into the graphs unless the cache has them.
 * @param {string} python
 */
export async function ensureMiniLm(python) {
  const fresh = await ensureCachedFolder(miniLmDir, {
    isValid: () => existsSync(sizesFile) && JSON.stringify(sizesIn(miniLmDir)) === readFileSync(sizesFile, 'utf8'),
    fill: async (temporary) => {
      const reference = await ensureOnnxReference(python);
      const filled = path.join(temporary, 'minilm');
      mkdirSync(filled);
      for (const name of miniLmNames) await fillMiniLm(reference.python, name, path.join(filled, `${name}.onnx`));
      writeFileSync(path.join(filled, path.basename(sizesFile)), JSON.stringify(sizesIn(filled)));
      return filled;
    },
  });
  return { fresh, note: fresh ? 'in the cache' : 'made' };
}

// Reading 180 MB for a hash would take longer than a test.
const sizesFile = path.join(miniLmDir, 'sizes.json');

/** @param {string} dir */
function sizesIn(dir) {
  return miniLmNames.map((name) => statSync(path.join(dir, `${name}.onnx`), { throwIfNoEntry: false })?.size ?? null);
}

/** @param {string} python of ensureOnnxReference() @param {string} name @param {string} file */
export async function fillMiniLm(python, name, file) {
  const program = referenceProgram('minilm_skeleton.py');
  await runOrFail(`Making ${name}`, python, ['-X', 'utf8', program, 'fill', miniLmSkeleton(name), file]);
}
