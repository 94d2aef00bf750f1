// The sanitizer and coverage builds compile the sources of a folder as one, so that what a file keeps to itself must not
// have the name of what another one does: at best that does not compile, at worst the wrong function is called.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';

const OTHER_LINES = /^(TEST|INSTANTIATE_|using|namespace|#|\/\/|template|static_assert|\}|\s|$)/;

/** Names that are declared at the left edge of unnamed namespaces. */
function ownNames(source: string): string[] {
  const bodies = [...source.matchAll(/^namespace \{$(.*?)^\} {2}\/\/ namespace$/gms)].map(([, body]) => body ?? '');
  return bodies
    .flatMap((body) => body.split('\n'))
    .filter((line) => !OTHER_LINES.test(line))
    .map((line) => /^(?:class|struct|enum class|enum) (\w+)/.exec(line) ?? /\b(\w+)\s*[(={;[]/.exec(line))
    .flatMap((match) => match?.[1] ?? []);
}

/** Each name that several sources of a folder have, with these sources. */
function shared(sources: Record<string, string>): string[] {
  const owners = new Map<string, Set<string>>();
  for (const [file, text] of Object.entries(sources)) {
    for (const name of ownNames(text)) {
      const key = `${dirname(file)}: ${name}`;
      owners.set(key, (owners.get(key) ?? new Set()).add(file));
    }
  }
  return [...owners].filter(([, files]) => files.size > 1).map(([key, files]) => `${key} in ${[...files].join(', ')}`);
}

/** What CMake compiles by folder: the library, its tests, and the programs beside them. */
function compiledByFolder(): Record<string, string> {
  const library = readFileSync('native/sources.txt', 'utf8').match(/^native\/\S+/gm) ?? [];
  const tests = readdirSync('native/test', { recursive: true, encoding: 'utf8' })
    .map((file) => `native/test/${file.replaceAll('\\', '/')}`)
    .filter((file) => /_test\.cc$|\/allocation_failure\/.*\.cc$|\/fuzz\/(scan|location|pool)\.cc$/.test(file))
    .filter((file) => !/\/(cuda|standins)\//.test(file));
  return Object.fromEntries([...library, ...tests].map((file) => [file, readFileSync(file, 'utf8')]));
}

it('no two sources of a folder that is compiled as one use the same name for themselves', () => {
  const sources = compiledByFolder();
  expect(Object.keys(sources).length).toBeGreaterThan(150);
  expect(shared(sources)).toEqual([]);
});

it('finds a function, a constant and a class that two sources of a folder have', () => {
  const source = (body: string) => `namespace {\n\n${body}\n\n}  // namespace\n`;
  const body = 'constexpr int kSize = 3;\nstd::string text(int value) {\n  return {};\n}\nclass Judge final {\n};';
  expect(shared({ 'a/one.cc': source(body), 'a/two.cc': source(body), 'b/one.cc': source(body) })).toEqual(
    ['kSize', 'text', 'Judge'].map((name) => `a: ${name} in a/one.cc, a/two.cc`),
  );
});
