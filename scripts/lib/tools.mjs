import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './errors.mjs';
import { cacheDir } from './paths.mjs';
import { compilerCommands, installLines, isOnPath, isWindows, pythonCommands, vswherePath } from './platform.mjs';
import { run } from './run.mjs';

/**
 * @typedef {object} Tools
 * @property {string} python full path of the Python 3 interpreter
 * @property {string | null} compiler the C++ compiler's command; null on Windows, where node-gyp finds Visual Studio itself
 *
 * @typedef {{ tool: 'node' | 'python' | 'compiler' | 'make', problem: string }} MissingTool
 */

const MIN_NODE = [20, 19];
const PYTHON_PROBE =
  'import sys; print(sys.version_info >= (3, 8)); print("%d.%d.%d" % sys.version_info[:3]); print(sys.executable)';
// A compiler may be there without C++20 or without its standard library's headers.
const CPP_PROBE = '#include <span>\n#include <string>\nint main() { return std::span<int>().empty() ? 0 : 1; }\n';

/**
 * Finds what the build needs, or fails with the commands that install what is missing.
 * @returns {Promise<{ tools: Tools, note: string }>}
 */
export async function findTools() {
  const remembered = recallTools();
  if (remembered) return remembered;
  const [python, compiler, make] = await Promise.all([findPython(), findCompiler(), findMake()]);
  /** @type {MissingTool[]} */
  const missing = [];
  if (!isNodeSupported(process.versions.node)) {
    missing.push({ tool: 'node', problem: `Node.js 20.19 or newer (this is ${process.versions.node})` });
  }
  if (!python)
    missing.push({
      tool: 'python',
      problem: `Python 3.8 or newer (tried ${pythonCommands.map((c) => c.join(' ')).join(', ')})`,
    });
  if (!compiler.found)
    missing.push({ tool: 'compiler', problem: `a C++20 compiler with its standard library (${compiler.problem})` });
  if (!make) missing.push({ tool: 'make', problem: 'make' });
  if (missing.length > 0) throw new SetupError(missingToolsMessage(missing, installLines(missing.map((m) => m.tool))));
  const result = {
    tools: { python: python.path, compiler: compiler.command },
    note: `Node ${process.versions.node}, Python ${python.version}, ${compiler.command ?? 'Visual Studio'}`,
  };
  mkdirSync(path.dirname(memory), { recursive: true });
  // Renamed into place, so that another process never reads half of it.
  const written = `${memory}.${process.pid}`;
  writeFileSync(written, JSON.stringify({ key: memoryKey, ...result }));
  renameSync(written, memory);
  return result;
}

const memory = path.join(cacheDir, 'tools.json');
const memoryKey = JSON.stringify([process.env.PATH, process.env.CXX, process.env.MAKE, process.versions.node]);

/** Trying the tools takes half a second: what was found is used again while PATH is the same and it is still there. */
function recallTools() {
  if (!existsSync(memory)) return null;
  const { key, tools, note } = JSON.parse(readFileSync(memory, 'utf8'));
  if (key !== memoryKey || !existsSync(tools.python)) return null;
  const isCompilerThere = isWindows ? vswherePath() !== null : isOnPath(tools.compiler.split(' ')[0]);
  return isCompilerThere && (isWindows || isOnPath(process.env.MAKE ?? 'make')) ? { tools, note } : null;
}

/**
 * @param {MissingTool[]} missing
 * @param {string[]} commands what installs them
 */
export function missingToolsMessage(missing, commands) {
  const list = missing.map(({ problem }) => `  - ${problem}`).join('\n');
  const what = missing.length === 1 ? 'One tool is missing' : `${missing.length} tools are missing`;
  return `${what}:\n${list}\n\nInstall with:\n${commands.map((line) => `  ${line}`).join('\n')}\n\nThen run the same command again.`;
}

/** @param {string} version such as '20.19.0' */
export function isNodeSupported(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1]);
}

/** @returns {Promise<{ path: string, version: string } | null>} */
async function findPython() {
  for (const [command, ...args] of pythonCommands) {
    const { code, stdout } = await run(command, [...args, '-c', PYTHON_PROBE]);
    const [isNewEnough, version, path] = stdout.trim().split(/\r?\n/);
    if (code === 0 && isNewEnough === 'True') return { path, version };
  }
  return null;
}

/** @returns {Promise<{ found: boolean, command: string | null, problem: string }>} */
async function findCompiler() {
  if (isWindows) return findVisualStudio();
  const candidates = process.env.CXX ? [process.env.CXX] : compilerCommands;
  for (const candidate of candidates) {
    // CXX may hold a launcher and flags, as in "ccache g++".
    const [command, ...args] = candidate.split(' ').filter(Boolean);
    const { code } = await run(command, [...args, '-std=c++20', '-fsyntax-only', '-x', 'c++', '-'], {
      input: CPP_PROBE,
    });
    if (code === 0) return { found: true, command: candidate, problem: '' };
  }
  return { found: false, command: null, problem: `tried ${process.env.CXX ? 'CXX=' : ''}${candidates.join(', ')}` };
}

async function findVisualStudio() {
  const problem = 'no Visual Studio with the "Desktop development with C++" workload was found';
  const vswhere = vswherePath();
  if (!vswhere) return { found: false, command: null, problem };
  const component = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64';
  const args = ['-latest', '-products', '*', '-requires', component, '-property', 'installationPath'];
  const { stdout } = await run(vswhere, args);
  return { found: stdout.trim() !== '', command: null, problem };
}

async function findMake() {
  return isWindows || (await run(process.env.MAKE ?? 'make', ['--version'])).code === 0;
}
