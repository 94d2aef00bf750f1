import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { listFiles } from '../../scripts/lib/stamp.mjs';

const subjects = 'software|cpu|memory|limits|operation|driver|gpu|gpu-pair|tensorrt|model|require';

test('docs/doctor.md has a line for every finding', () => {
  const page = readFileSync('docs/doctor.md', 'utf8');
  const documented = new Set(
    [...page.matchAll(/`([\w/-]+)`/g)].map(([, id = '']) => id.replace(/\b(N-M|N|NAME|FILE|PACKAGE)\b/g, '*')),
  );
  const ids = new Set<string>();
  for (const file of listFiles('lib/doctor', (name) => name.endsWith('.ts'))) {
    const text = readFileSync(`lib/doctor/${file}`, 'utf8');
    for (const [, id = ''] of text.matchAll(new RegExp(`['\`]((?:${subjects})/[^'\`]*)['\`]`, 'g'))) {
      if (!/[ .]/.test(id.replaceAll(/\$\{[^}]*\}/g, '')))
        ids.add(id.replaceAll(/\$\{[^}]*\}(-\$\{[^}]*\})?|\b\d+\b/g, '*'));
    }
  }
  expect(ids.size).toBeGreaterThan(20);
  expect([...ids].filter((id) => !documented.has(id))).toEqual([]);
});
