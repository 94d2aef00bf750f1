import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './paths.mjs';

/** The models that the tests share, and what writes them. */
export const fixtureSources = ['models.ts', 'onnx-writer.ts'].map((name) => path.join(root, 'test', 'fixtures', name));

/**
 * Imports them: they are TypeScript, which Node 20 cannot.
 * @param {string} folder for their JavaScript
 * @returns {Promise<typeof import('../../test/fixtures/models.js')>}
 */
export async function importFixtures(folder) {
  const { default: ts } = await import('typescript');
  mkdirSync(folder, { recursive: true });
  for (const file of fixtureSources) {
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    writeFileSync(path.join(folder, path.basename(file).replace(/\.ts$/, '.js')), outputText);
  }
  return import(pathToFileURL(path.join(folder, 'models.js')).href);
}
