import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { includedHeaders } from '../../scripts/lib/included-headers.mjs';
import { listFiles } from '../../scripts/lib/stamp.mjs';
import { tempFolder } from '../support/temp-folder.js';

function folder(files: Record<string, string>): string {
  const base = tempFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    writeFileSync(path.join(base, file), text);
  }
  return base;
}

test('headers are found through headers, beside the file first, and a circle ends', () => {
  const base = folder({
    'a/a.cc': '#include <vector>\n#include "near.h"\n  # include "b/far.h"\n// #include "no.h"\n#include "gone.h"\n',
    'a/near.h': '#include "b/far.h"',
    'near.h': '',
    'b/far.h': '#include "a/near.h"\n#include "b/last.h"',
    'b/last.h': '',
    'no.h': '',
  });
  expect(includedHeaders(base)('a/a.cc')).toEqual(['a/near.h', 'b/far.h', 'b/last.h']);
});

test('of our own sources every quoted header is found', () => {
  const includes = includedHeaders('native');
  const sources = listFiles('native', (file) => file.endsWith('.cc') && !file.startsWith('test/'));
  expect(sources.length).toBeGreaterThan(50);
  for (const file of sources) {
    const quoted = [...readFileSync(path.join('native', file), 'utf8').matchAll(/^#include "([^"]+)"/gm)];
    const found = includes(file);
    for (const [, name] of quoted) expect(found, `${file} includes ${name}`).toContain(name);
  }
});
