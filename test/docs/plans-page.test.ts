import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8');
const page = read('docs/plans.md');
const words = new Set([...page.matchAll(/`([\w-]+)`/g)].map(([, word]) => word as string));

describe('docs/plans.md', () => {
  test('names every field of the header of a plan', () => {
    const text = /export interface PlanHeader \{(.*?)\n\}/s.exec(read('lib/plan/header.ts'))?.[1] ?? '';
    const fields = [...text.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name as string);
    expect(fields).toContain('versionCompatible');
    expect(fields.filter((name) => !words.has(name))).toEqual([]);
  });

  test('has every action and option of the verb', () => {
    const help = /const help = `(.*?)`;/s.exec(read('lib/cli/cache.ts'))?.[1] ?? '';
    const options = new Set([...help.matchAll(/--[a-z-]+/g)].map(([option]) => option));
    expect([...options].sort()).toEqual(['--all', '--dir', '--json', '--max-bytes', '--older-than', '--remove']);
    for (const text of [...options, 'cache list', 'cache prune', 'cache verify']) expect(page).toContain(text);
  });

  test('names every variable of the environment that plans and cache read', () => {
    const files = ['lib/plan/user-key.ts', 'lib/cache/folders.ts', 'lib/cache/size-limit.ts'];
    const names = files.flatMap((file) =>
      [...read(file).matchAll(/env\['(\w+)'\]/g)].map(([, name]) => name as string),
    );
    expect(new Set(names).size).toBe(7);
    for (const name of names) expect(page).toContain(name);
  });
});

test('docs/errors.md has exactly the reasons of ENGINE_INCOMPATIBLE that the code gives', () => {
  const section = /^## ENGINE_INCOMPATIBLE\n(.*?)^## /ms.exec(read('docs/errors.md'))?.[1] ?? '';
  const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, reason]) => reason);
  const type = /PlanReason =([^;]*);/.exec(read('lib/plan/incompatible.ts'))?.[1] ?? '';
  const given = [...type.matchAll(/'([a-z-]+)'/g)].map(([, reason]) => reason);
  expect(given).toHaveLength(11);
  expect(listed).toEqual(given);
});
