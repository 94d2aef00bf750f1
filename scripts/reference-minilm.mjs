// npm run reference:minilm [-- --write]
// Exports the transformer with PyTorch again, and says whether the graphs in test/fixtures/minilm, with the weights of the
// seed, are byte for byte what PyTorch writes. With --write puts what it wrote there. PyTorch takes 5.6 GB of the cache.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { runMain, SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { showStep } from './lib/progress.mjs';
import { ensureOnnxReference, ensureTorchReference } from './lib/reference/environments.mjs';
import { fillMiniLm, miniLmNames, miniLmSkeleton, referenceProgram } from './lib/reference/minilm.mjs';
import { runOrFail } from './lib/run.mjs';
import { findTools } from './lib/tools.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const { python } = (await findTools()).tools;
  const torch = await showStep('PyTorch', () => ensureTorchReference(python));
  const reference = await showStep('onnx', () => ensureOnnxReference(python));
  const dir = mkdtempSync(path.join(os.tmpdir(), 'minilm-'));
  try {
    await showStep('export', async () => {
      await runOrFail('Exporting', torch.python, ['-X', 'utf8', referenceProgram('minilm_torch.py'), dir]);
      return { fresh: false, note: miniLmNames.join(', ') };
    });
    await takeExpected(dir, values.write);
    for (const name of miniLmNames) await compare(reference.python, dir, name, values.write);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

/** @param {string} dir @param {boolean} write */
async function takeExpected(dir, write) {
  const made = path.join(dir, 'expected.json');
  const kept = path.join(root, 'test', 'fixtures', 'minilm', 'expected.json');
  if (write) copyFileSync(made, kept);
  const [now, then] = [made, kept].map((file) => JSON.parse(readFileSync(file, 'utf8')).sentence_embedding.flat());
  const error = Math.max(
    ...now.map((/** @type {number} */ value, /** @type {number} */ i) => Math.abs(value - then[i])),
  );
  if (!(error < 1e-5)) throw new SetupError(`What PyTorch computes differs by ${error} from expected.json`);
  process.stdout.write(`  expected.json: within ${error}\n`);
}

/** @param {string} python @param {string} dir @param {string} name @param {boolean} write */
async function compare(python, dir, name, write) {
  const [exported, skeleton, filled] = ['onnx', 'onnx.gz', 'filled.onnx'].map((end) =>
    path.join(dir, `${name}.${end}`),
  );
  const program = referenceProgram('minilm_skeleton.py');
  await runOrFail(`Taking the weights out of ${name}`, python, ['-X', 'utf8', program, 'strip', exported, skeleton]);
  if (write) copyFileSync(skeleton, miniLmSkeleton(name));
  // Other versions of zlib may compress otherwise.
  const [made, kept] = [skeleton, miniLmSkeleton(name)].map((file) => gunzipSync(readFileSync(file)));
  if (!made.equals(kept)) {
    throw new SetupError(
      `PyTorch now exports another graph of ${name}; npm run reference:minilm -- --write takes it over`,
    );
  }
  await fillMiniLm(python, name, filled);
  const cleaned = path.join(dir, `${name}.cleaned.onnx`);
  await runOrFail(`Reading ${name}`, python, ['-X', 'utf8', program, 'clean', exported, cleaned]);
  if (!readFileSync(filled).equals(readFileSync(cleaned))) {
    throw new SetupError(`${name}: the graph with the weights of the seed is not what PyTorch exported`);
  }
  process.stdout.write(`  ${name}: what PyTorch exports, byte for byte\n`);
}
