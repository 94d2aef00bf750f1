// npm run reference:autocast [-- --models NAME,NAME]: all of them, or those only, the rest of the file kept
// Casts the real models with NVIDIA's AutoCast and records how many nodes it keeps in float32 and how exact the results
// are, in test/fixtures/autocast.json: what this library's own caster is measured against. Takes 5.6 GB of the cache.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from './lib/errors.mjs';
import { root } from './lib/paths.mjs';
import { ensurePictures } from './lib/pictures.mjs';
import { showStep } from './lib/progress.mjs';
import { ensureTorchReference } from './lib/reference/environments.mjs';
import { referenceProgram } from './lib/reference/minilm.mjs';
import { ensureRealModels, realModelNames, realModels } from './lib/reference/models.mjs';
import { samplesOf } from './lib/reference/samples.mjs';
import { runAttached } from './lib/run.mjs';
import { findTools } from './lib/tools.mjs';

const page = path.join(root, 'test', 'fixtures', 'autocast.json');

/** What the numbers mean, for whoever reads the file. */
const ABOUT = {
  options: 'AutoCast with its defaults (data_max 512, init_max 65504, no depth limit), all samples as calibration data',
  classified:
    'nodes that AutoCast itself calls high (float32) or low, Constants, integers and its opset upgrade included',
  counts: 'nodes of the result by the types of their tensors, see test/support/precision_count.py',
  emulated:
    'float32 with every result of a low node rounded to the low type, see test/support/low_precision_emulation.py, against the original model in float32 on ONNX Runtime; snrDb null: no difference; sameTop1: share of the rows of the last dimension whose largest element is at the same place',
  onnxruntime:
    "the result itself on ONNX Runtime's CPU backend, which computes most of float16 in float32 and has hardly any bfloat16",
};

await runMain(async () => {
  const { values } = parseArgs({ options: { models: { type: 'string' } } });
  const names = values.models
    ? realModelNames.filter((name) => values.models?.split(',').includes(name))
    : realModelNames;
  const { python } = (await findTools()).tools;
  const torch = await showStep('AutoCast', () => ensureTorchReference(python));
  await showStep('models', () => ensureRealModels(python));
  await showStep('pictures', () => ensurePictures(python));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'autocast-'));
  try {
    const output = path.join(folder, 'results.json');
    const job = { models: await Promise.all(names.map((name) => modelJob(folder, name))), folder, output };
    const jobFile = path.join(folder, 'job.json');
    writeFileSync(jobFile, JSON.stringify(job));
    const env = { ...process.env, PYTHONPATH: path.join(root, 'test', 'support') };
    const code = await runAttached(torch.python, ['-X', 'utf8', referenceProgram('autocast.py'), jobFile], { env });
    if (code !== 0) throw new SetupError(`autocast.py ended with ${code}`);
    const results = JSON.parse(readFileSync(output, 'utf8'));
    writeFileSync(page, formatted(merged(results)));
    process.stdout.write(`written to ${page}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** One line for every result. @param {{ versions: object, models: { results: object[] }[] }} records */
function formatted({ versions, models }) {
  const blocks = models.map(({ results, ...model }) => {
    const lines = results.map((result) => `      ${JSON.stringify(result)}`);
    return `    ${JSON.stringify(model).slice(0, -1)},"results":[\n${lines.join(',\n')}\n    ]}`;
  });
  const head = [`  "about": ${JSON.stringify(ABOUT)},`, `  "versions": ${JSON.stringify(versions)},`];
  return `{\n${head.join('\n')}\n  "models": [\n${blocks.join(',\n')}\n  ]\n}\n`;
}

/**
 * With what the file says of models that were not asked for, if it was made by the same versions.
 * @param {{ versions: Record<string, string>, models: { name: string }[] }} results
 */
function merged(results) {
  const before = existsSync(page) ? JSON.parse(readFileSync(page, 'utf8')) : null;
  if (JSON.stringify(before?.versions) !== JSON.stringify(results.versions)) return results;
  const isNew = new Set(results.models.map(({ name }) => name));
  const kept = before.models.filter((/** @type {{ name: string }} */ { name }) => !isNew.has(name));
  const models = [...kept, ...results.models];
  models.sort((a, b) => realModelNames.indexOf(a.name) - realModelNames.indexOf(b.name));
  return { ...results, models };
}

/** @param {string} folder @param {import('./lib/reference/models.mjs').RealModelName} name */
async function modelJob(folder, name) {
  const dir = path.join(folder, name);
  mkdirSync(dir);
  const samples = (await samplesOf(name)).map(({ inputs }, index) => {
    const tensors = path.join(dir, String(index));
    let offset = 0;
    const specs = Object.entries(inputs).map(([input, { type, dims, data }]) => {
      const spec = { name: input, type, dims, offset, bytes: data.byteLength };
      offset += data.byteLength;
      return spec;
    });
    writeFileSync(tensors, Buffer.concat(Object.values(inputs).map(({ data }) => new Uint8Array(data.buffer))));
    return { tensors, specs };
  });
  return { name, path: realModels[name], samples };
}
