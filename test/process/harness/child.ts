// Runs a fixture as a process of its own, with a deadline: what does not end in time is killed and counts as a hang.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The Node that runs the children; `scripts/process-matrix.mjs` sets it to other versions. */
export const childNode = process.env['NODE_TENSORRT_TEST_NODE'] || process.execPath;

/** What a process says when native code gave up. */
const abortTexts =
  /fatal error|FATAL ERROR|segmentation|\babort|terminate called|what\(\):|pure virtual|corrupt|double free|free\(\)|munmap_chunk|malloc|check failed|assertion|sanitizer|core dumped|Native stack trace|mutex|Exception caught|onnxruntime::/i;

export interface ChildOptions {
  args?: readonly (string | number)[];
  execArgv?: readonly string[];
  env?: Record<string, string>;
  /** After so many milliseconds the child is killed. @default 30000 */
  deadlineMs?: number;
  /** Called for every complete line of stdout. */
  onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** A program and its arguments that runs the child (strace). */
  wrapper?: readonly string[];
}

export interface ChildResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
  /** When it was found to have ended, as Date.now(). */
  endedAt: number;
  /** The lines of stdout that are JSON objects (`report()` of the fixtures). */
  reports: Record<string, unknown>[];
}

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

export function runChild(fixture: string, options: ChildOptions = {}): Promise<ChildResult> {
  const { args = [], execArgv = [], env = {}, deadlineMs = 30_000, onLine, wrapper = [] } = options;
  const command = [...wrapper, childNode, ...execArgv, fixturePath(fixture), ...args.map(String)];
  const child = spawn(command[0] as string, command.slice(1), {
    env: { ...ownEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group of its own, so that the deadline ends a wrapper's child too
  });
  let stdout = '';
  let stderr = '';
  let timedOut = false;
  let partial = '';
  const kill = (signal: NodeJS.Signals) => {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      // it has ended by itself
    }
  };
  const timer = setTimeout(() => {
    timedOut = true;
    kill('SIGKILL');
  }, deadlineMs);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) onLine?.(line, kill);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    let endedAt = 0;
    child.on('error', reject);
    child.on('exit', () => {
      endedAt = Date.now();
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, timedOut, stdout, stderr, endedAt, reports: readReports(stdout) });
    });
  });
}

/** The environment without what the test runner adds to it. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, NODE_V8_COVERAGE: __, ...rest } = process.env;
  return rest;
}

function readReports(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export interface Ending {
  code?: number | null;
  signal?: NodeJS.Signals | null;
  /** Whether the child may write to stderr (an uncaught error's own stack). */
  stderr?: 'empty' | 'any';
}

/** Asserts how a child ended: in time, with this exit code, without a signal, and without a word from native code. */
export function expectEnding(result: ChildResult, { code = 0, signal = null, stderr = 'empty' }: Ending = {}): void {
  const seen = { hang: result.timedOut, code: result.code, signal: result.signal };
  const context = `stdout:\n${result.stdout.slice(-2000)}\nstderr:\n${result.stderr.slice(-4000)}`;
  expect(seen, context).toEqual({ hang: false, code: signal === null ? code : null, signal });
  expect(result.stderr).not.toMatch(abortTexts);
  if (stderr === 'empty') expect(result.stderr).toBe('');
}

/** Runs jobs with at most `width` at the same time. */
export async function inParallel<T>(jobs: readonly (() => Promise<T>)[], width = 2): Promise<T[]> {
  const results: T[] = new Array(jobs.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < jobs.length; i = next++) results[i] = await (jobs[i] as () => Promise<T>)();
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** A positive whole number from the environment. */
export function numberFromEnv(name: string, fallback: number): number {
  const value = Number(process.env[name]);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
