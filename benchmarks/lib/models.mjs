// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { runOrFail } from '../../scripts/lib/run.mjs';
import { root, scratchDir } from './paths.mjs';

/** @import * as Fixtures from '../../test/fixtures/models.js' */

/** The models, as calls of the tests' builders. */
const builders = {
  matmul16: (/** @type {typeof Fixtures} */ fixtures) => fixtures.matmul16(),
  mlp: (/** @type {typeof Fixtures} */ fixtures) => fixtures.mlp(),
  identity: (/** @type {typeof Fixtures} */ fixtures) => fixtures.identity('float32', ['N']),
  big: (/** @type {typeof Fixtures} */ fixtures) => fixtures.bigWeights(100),
};

const SOURCES = ['models.ts', 'onnx-writer.ts'].map((name) => path.join(root, 'test', 'fixtures', name));

/**
 * Writes the models that are not there yet. In a process of its own: building the large one takes memory, which would
 * show in whatever this process starts later.
 *
 * @returns {Promise<Record<keyof typeof builders, string>>} paths by name
 */
export async function writeModels() {
  const key = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of SOURCES) key.update(readFileSync(file));
  const folder = path.join(scratchDir, `models-${key.digest('hex').slice(0, 12)}`);
  const done = path.join(folder, 'done');
  if (!existsSync(done)) {
    await runOrFail('Writing the models', process.execPath, [fileURLToPath(import.meta.url), folder]);
    writeFileSync(done, '');
  }
  const paths = Object.keys(builders).map((name) => [name, path.join(folder, `${name}.onnx`)]);
  return Object.fromEntries(paths);
}

/** The builders are TypeScript, which Node 20 cannot import. @param {string} folder */
async function importFixtures(folder) {
  for (const file of SOURCES) {
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(path.join(folder, path.basename(file).replace(/\.ts$/, '.js')), outputText);
  }
  return import(pathToFileURL(path.join(folder, 'models.js')).href);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = String(process.argv[2]);
  mkdirSync(folder, { recursive: true });
  const fixtures = await importFixtures(folder);
  for (const [name, build] of Object.entries(builders)) {
    const file = path.join(folder, `${name}.onnx`);
    writeFileSync(`${file}.part`, build(fixtures));
    renameSync(`${file}.part`, file);
  }
}
