import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { errorCodes, errorTable } from '../../lib/errors.js';
import { readSources } from '../support/layers.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(`${root}docs/errors.md`, 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)];
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
);
const words = new Set([...page.matchAll(/`'?([\w-]+)'?`/g)].map(([, word]) => word));
const nativeSources = readSources(`${root}native`, /\.(h|cc)$/, (file) => !file.startsWith('test/'));
const libSources = readSources(`${root}lib`, /\.ts$/, () => true);

/** Which argument holds the details. */
const detailsArgument: Record<string, number> = { NodeTensorRTError: 2, argumentError: 4 };

/** All first groups of the pattern in the sources. */
function find(sources: ReadonlyMap<string, string>, pattern: RegExp): string[] {
  const found = [...sources.values()].flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] as string));
  return [...new Set(found)].sort();
}

/** The keys of `details` wherever the code makes an error: by the constructor or by argumentError(). */
function detailKeys(node: ts.Node): string[] {
  const keys: string[] = [];
  const makes = ts.isNewExpression(node) || ts.isCallExpression(node);
  const at = makes && ts.isIdentifier(node.expression) && detailsArgument[node.expression.text];
  const details = at ? node.arguments?.[at] : undefined;
  if (details && ts.isObjectLiteralExpression(details)) {
    for (const { name } of details.properties) if (name && ts.isIdentifier(name)) keys.push(name.text);
  }
  ts.forEachChild(node, (child) => {
    keys.push(...detailKeys(child));
  });
  return keys;
}

describe('docs/errors.md', () => {
  test('has exactly the table of lib/errors.ts', () => {
    const table = rows.map(([, code, status, retryable, meaning]) => [
      code,
      { httpStatus: Number(status), retryable: retryable === 'yes', meaning },
    ]);
    expect(table).toEqual(Object.entries(errorTable));
  });

  test('has a section for each code, in that order, and no other', () => {
    expect([...sections.keys()]).toEqual(errorCodes);
  });

  test.each(errorCodes)('says for %s when, which details, and what to do', (code) => {
    for (const part of ['When', 'Details', 'What to do']) {
      expect(sections.get(code)).toMatch(new RegExp(`^- \\*\\*${part}:\\*\\* \\S`, 'm'));
    }
  });

  test('names every key that native code puts into details', () => {
    const tables =
      /^(core\/dtype|model\/(onnx_types|shapes\/infer_node)|memory\/(snapshot_json|describe_bytes|history|owner)|builder\/main|.*\/loader\/(places|flavour)|.*\/tensorrt\/builder\/(build|enum_names|error_recorder|events|find|layers|log_events|progress|refusals|targets|tensors)|.*\/tensorrt\/runtime\/(runtime_log|describe|list_devices))\./;
    const throwing = [...nativeSources].filter(([file]) => !tables.test(file));
    const keys = find(new Map(throwing), /\{"(\w+)",/g);
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) expect(words, `details.${key}`).toContain(key);
  });

  test('names every key that the library puts into details', () => {
    const keys = [...libSources].flatMap(([file, text]) =>
      detailKeys(ts.createSourceFile(file, text, ts.ScriptTarget.ES2022)),
    );
    expect(keys.length).toBeGreaterThan(5);
    for (const key of keys) expect(words, `details.${key}`).toContain(key);
  });

  test('has exactly the reasons of MODEL_INVALID that the code gives', () => {
    const native = find(nativeSources, /\brefuse(?:_model|_limit|_file)?\((?:ref, )?"([a-z-]+)"/g);
    // Of lib/onnx: `invalid('reason'`, `refuse('reason'`, and `reason: '…'` in the details of an error.
    const library = find(libSources, /\b(?:refusal|invalid|refuse)\((?:code === 'ENOENT' \? )?'([a-z-]+)'/g);
    const given = [...new Set([...native, ...library, 'cycle', 'duplicate-name'])].sort();
    const listed = [...(sections.get('MODEL_INVALID') ?? '').matchAll(/^\| `([a-z-]+)` \|/gm)].map(
      ([, reason]) => reason,
    );
    expect(given.length).toBeGreaterThan(10);
    expect([...listed].sort()).toEqual(given);
  });
});
