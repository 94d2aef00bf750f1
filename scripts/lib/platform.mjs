import { accessSync, constants, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Everything that differs between operating systems is in this file. */
export const isWindows = process.platform === 'win32';
export const isMac = process.platform === 'darwin';

/**
 * The folder in which programs keep what they can fetch again.
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} env
 */
export function userCacheDir(platform = process.platform, env = process.env) {
  const home = os.homedir();
  if (platform === 'win32') return env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local');
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches');
  return env.XDG_CACHE_HOME || path.join(home, '.cache');
}

/** @param {string} name a command to look for on PATH, or the path of one */
export function isOnPath(name) {
  if (path.isAbsolute(name)) return existsSync(name);
  return (process.env.PATH ?? '').split(path.delimiter).some((dir) => {
    try {
      accessSync(path.join(dir, name), constants.X_OK);
      return dir !== '';
    } catch {
      return false;
    }
  });
}

/** The commands that may be Python 3, in the order in which they are tried. */
export const pythonCommands = isWindows ? [['python'], ['py', '-3'], ['python3']] : [['python3'], ['python']];

/** The C++ compilers that are tried when CXX is not set (MSVC is looked for in `tools.mjs`). */
export const compilerCommands = isMac ? ['c++', 'clang++', 'g++'] : ['g++', 'c++', 'clang++'];

/** @param {string} venv @param {string} program */
export function venvProgram(venv, program) {
  return isWindows ? path.join(venv, 'Scripts', `${program}.exe`) : path.join(venv, 'bin', program);
}

/** Runs a program with the same addresses every time (Linux; nothing elsewhere). */
export const fixedAddresses = process.platform === 'linux' ? ['setarch', '-R'] : [];

/** The npm package with the full headers of one Node version for this system; null where none has what is needed. */
export function nodeHeadersPackage(platform = process.platform, arch = process.arch) {
  const known = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'];
  return known.includes(`${platform}-${arch}`) ? `node-${platform}-${arch}` : null;
}

/** Path of Visual Studio's own finder program, null when it is not installed. */
export function vswherePath() {
  const programs = process.env['ProgramFiles(x86)'] ?? 'C:\\Program Files (x86)';
  const file = path.join(programs, 'Microsoft Visual Studio', 'Installer', 'vswhere.exe');
  return existsSync(file) ? file : null;
}

/** What each package manager calls the tools of `tools.mjs`. */
const packageNames = {
  apt: {
    python: 'python3 python3-venv python3-pip',
    compiler: 'g++',
    make: 'make',
    gtest: 'libgtest-dev',
    // Debian 12's package called cargo is too old to know the registry's protocol.
    cargo: 'cargo-web',
    maven: 'maven',
  },
  dnf: {
    python: 'python3 python3-pip',
    compiler: 'gcc-c++',
    make: 'make',
    gtest: 'gtest-devel',
    cargo: 'cargo',
    maven: 'maven',
  },
  apk: {
    python: 'python3 py3-pip',
    compiler: 'g++ linux-headers',
    make: 'make',
    gtest: 'gtest-dev',
    cargo: 'cargo',
    maven: 'maven',
  },
  brew: { python: 'python', gtest: 'googletest', cargo: 'rust', maven: 'maven' },
};

const installCommands = { apt: 'apt-get install', dnf: 'dnf install', apk: 'apk add', brew: 'brew install' };

/** @returns {'apt' | 'dnf' | 'apk' | 'brew' | 'xcode' | 'windows' | null} */
export function packageManager() {
  if (isWindows) return 'windows';
  if (isMac) return isOnPath('brew') ? 'brew' : 'xcode';
  if (isOnPath('apt-get')) return 'apt';
  if (isOnPath('dnf')) return 'dnf';
  return isOnPath('apk') ? 'apk' : null;
}

/**
 * The commands that install tools on this kind of system.
 * @param {Array<'node' | 'python' | 'compiler' | 'make' | 'gtest' | 'cargo' | 'maven'>} tools
 * @param {ReturnType<typeof packageManager>} manager
 * @param {{ sudo?: boolean }} options
 * @returns {string[]} one command (or one plain sentence) a line
 */
export function installLines(tools, manager = packageManager(), { sudo = process.getuid?.() !== 0 } = {}) {
  const lines = [];
  const wants = new Set(tools);
  if (wants.delete('node'))
    lines.push('Node.js 20.19 or newer: nvm install 20, or the installer of the Node.js project');
  if (manager === 'windows') {
    if (wants.has('python')) lines.push('winget install Python.Python.3.12');
    if (wants.has('compiler')) {
      const workload = '--add Microsoft.VisualStudio.Workload.VCTools --includeRecommended --passive';
      lines.push(`winget install Microsoft.VisualStudio.2022.BuildTools --override "${workload}"`);
    }
    if (wants.has('cargo')) lines.push('winget install Rustlang.Rustup');
    if (wants.has('maven')) lines.push('install Java and Apache Maven');
    return lines;
  }
  // On macOS the compiler, make and a Python all come with the command line tools.
  const fromXcode = manager === 'xcode' ? ['python', 'compiler', 'make'] : ['compiler', 'make'];
  if ((manager === 'brew' || manager === 'xcode') && fromXcode.some((tool) => wants.has(tool))) {
    lines.push('xcode-select --install');
    for (const tool of fromXcode) wants.delete(tool);
  }
  if (wants.size === 0) return lines;
  if (manager === null || manager === 'xcode') {
    lines.push(`install with your system's package manager: ${[...wants].join(', ')}`);
    return lines;
  }
  const names = [...wants].map((tool) => packageNames[manager][tool]).join(' ');
  lines.push(`${sudo && manager !== 'brew' ? 'sudo ' : ''}${installCommands[manager]} ${names}`);
  return lines;
}
