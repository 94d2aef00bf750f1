import { spawn } from 'node:child_process';
import os from 'node:os';
import { SetupError } from './errors.mjs';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [input] written to the program's standard input
 *
 * @typedef {{ code: number, stdout: string, output: string }} RunResult
 *   `output` is stdout and stderr in the order in which they came
 */

/**
 * Runs a program without a shell and gathers what it prints. A program that cannot be started gives code 127.
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<RunResult>}
 */
export function run(command, args, { cwd, env, input } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => resolve({ code: 127, stdout, output: output + error.message }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, stdout, output: signal ? `${output}\n(ended by ${signal})` : output });
    });
    if (input !== undefined) {
      // A program that ends before it has read everything is judged by its exit code.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    }
  });
}

/**
 * Like run(), but a failure is a SetupError with the beginning and the end of the program's output.
 * @param {string} what what was being done, for the message
 * @param {string} command
 * @param {string[]} args
 * @param {RunOptions} [options]
 */
export async function runOrFail(what, command, args, options) {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new SetupError(`${what} failed (exit code ${result.code}):\n\n${excerpt(result.output, 25)}`);
  }
  return result;
}

/**
 * Runs a program with this process's own input and output, and waits for it even when Ctrl-C was pressed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number }} [options] `timeout` in ms: SIGTERM then
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it
 */
export function runAttached(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: 'inherit' });
    /** @type {NodeJS.Signals | null} */
    let received = null;
    // The terminal sends Ctrl-C to the child itself; a TERM must be passed on. This process ends when the child has.
    const interrupt = () => {
      received = 'SIGINT';
    };
    const terminate = () => {
      received = 'SIGTERM';
      child.kill('SIGTERM');
    };
    process.on('SIGINT', interrupt).on('SIGTERM', terminate);
    const done = (/** @type {() => void} */ settle) => {
      process.off('SIGINT', interrupt).off('SIGTERM', terminate);
      if (received) process.kill(process.pid, received);
      else settle();
    };
    child.on('error', (error) => done(() => reject(new SetupError(`Cannot run ${command}: ${error.message}`))));
    child.on('close', (code, signal) =>
      done(() => resolve(code ?? 128 + (os.constants.signals[signal ?? 'SIGKILL'] ?? 9))),
    );
  });
}

/** The first and the last lines of a long text. @param {string} text @param {number} lines how many of each */
export function excerpt(text, lines) {
  const all = text.trim().split('\n');
  if (all.length <= 2 * lines) return all.join('\n');
  return [...all.slice(0, lines), `… (${all.length - 2 * lines} lines left out)`, ...all.slice(-lines)].join('\n');
}

/** @param {string} text @param {number} lines */
export function tail(text, lines) {
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
