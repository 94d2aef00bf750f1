// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixtureSources, importFixtures } from '../../scripts/lib/fixtures.mjs';
import { runOrFail } from '../../scripts/lib/run.mjs';
import { scratchDir } from './paths.mjs';

/** @import * as Fixtures from '../../test/fixtures/models.js' */

/** The models, as calls of the tests' builders. */
const builders = {
  matmul16: (/** @type {typeof Fixtures} */ fixtures) => fixtures.matmul16(),
  mlp: (/** @type {typeof Fixtures} */ fixtures) => fixtures.mlp(),
  identity: (/** @type {typeof Fixtures} */ fixtures) => fixtures.identity('float32', ['N']),
  big: (/** @type {typeof Fixtures} */ fixtures) => fixtures.bigWeights(100),
};

/**
 * Writes the models that are not there yet. In a process of its own: building the large one takes memory, which would
 * show in whatever this process starts later.
 *
 * @returns {Promise<Record<keyof typeof builders, string>>} paths by name
 */
export async function writeModels() {
  const key = createHash('sha256').update(readFileSync(fileURLToPath(import.meta.url)));
  for (const file of fixtureSources) key.update(readFileSync(file));
  const folder = path.join(scratchDir, `models-${key.digest('hex').slice(0, 12)}`);
  const done = path.join(folder, 'done');
  if (!existsSync(done)) {
    await runOrFail('Writing the models', process.execPath, [fileURLToPath(import.meta.url), folder]);
    writeFileSync(done, '');
  }
  const paths = Object.keys(builders).map((name) => [name, path.join(folder, `${name}.onnx`)]);
  return Object.fromEntries(paths);
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
