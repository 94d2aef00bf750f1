import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Elf, readElf } from './support/elf.js';
import { packagesDir, root } from './support/packages.js';
import { problemsOf } from './support/portable.js';

const prebuilt = (name: string) => readElf(join(packagesDir, name, 'node-tensorrt.node'));

describe.each(['linux-x64', 'linux-arm64'])('the addon for %s', (name) => {
  test('needs no newer glibc than Node.js itself, and no C++ runtime', () => {
    expect(problemsOf(prebuilt(name))).toEqual([]);
  });

  test('needs the C library only', () => {
    const known = /^(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/;
    expect(prebuilt(name).libraries.filter((library) => !known.test(library))).toEqual([]);
  });

  test('leaves thread_local destructors to the C library, which runs them before exit handlers', () => {
    // process_exit.cc relies on it; without this symbol the C++ runtime would run them by itself, later.
    expect(prebuilt(name).versions).toContain('GLIBC_2.18');
  });
});

describe('the check finds', () => {
  const good = prebuilt('linux-x64');
  const problems = (changes: Partial<Elf>) => problemsOf({ ...good, ...changes });

  test('an addon that was built on this machine', () => {
    const local = problemsOf(readElf(join(root, 'build', 'Release', 'node_tensorrt.node')));
    expect(local).toContainEqual(expect.stringMatching(/^needs GLIBC_2\.3\d/));
    expect(local).toContainEqual(expect.stringMatching(/^needs GLIBCXX_/));
    expect(local).toContainEqual(expect.stringMatching(/^needs CXXABI_/));
  });

  test.each([
    ['a newer glibc', { versions: ['GLIBC_2.29'] }, 'needs GLIBC_2.29'],
    [
      'a symbol of the C++ runtime that others could take',
      { exports: [...good.exports, '__cxa_throw'] },
      '__cxa_throw',
    ],
    ['a missing entry', { exports: [] }, 'does not export napi_register_module_v1'],
    ['a library that can be unloaded', { flags1: 0 }, 'nodelete'],
    ['a library whose symbols can be replaced', { flags: 0 }, 'Bsymbolic'],
  ])('%s', (_, changes, problem) => {
    expect(problems(changes)).toContainEqual(expect.stringContaining(problem));
  });
});
