// The tarballs that `npm run pack:all` made, and projects that have them installed.

import { execFile, type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { npmCommand } from '../../../scripts/lib/npm.mjs';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
export const packagesDir = join(root, 'build-packages');
export const fixture = (name: string) => join(root, 'test', 'packages', 'fixtures', name);

/** Path of the tarball of `node-tensorrt`, or of a platform package by the name of its target. */
export function tarball(name: string): string {
  const folder = join(packagesDir, 'tarballs', name);
  const [file] = readdirSync(folder);
  if (file === undefined) throw new Error(`${folder} is empty: npm run pack:all`);
  return join(folder, file);
}

/** What a program of a user's is started with: nothing of this checkout's. */
export const userEnv = { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };

/**
 * An empty project with packages installed from their tarballs, with no script run, an empty cache, and no network:
 * npm is told so, and where the system can take it away, has none.
 */
export async function installedProject(names: readonly string[], npmArgs: readonly string[] = []): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-project-'));
  const project = join(folder, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "project", "version": "1.0.0", "private": true }\n');
  const npm = npmCommand();
  const offline = ['--ignore-scripts', '--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  const command = [npm.command, ...npm.args, 'install', ...offline, ...npmArgs, ...names.map(tarball)];
  const [program = '', ...args] = [...(await withoutNetwork()), ...command];
  await promisify(execFile)(program, args, { cwd: project, env: userEnv });
  return project;
}

/** The prefix of a command that is to have no network; empty where the system does not let us. */
export async function withoutNetwork(): Promise<string[]> {
  const prefix = ['unshare', '--map-root-user', '--net'];
  const [program = '', ...args] = [...prefix, 'true'];
  return promisify(execFile)(program, args).then(
    () => prefix,
    () => [],
  );
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs a program of a user's to its end. */
export function runProgram(command: readonly string[], options: SpawnOptions): Promise<Ended> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { env: userEnv, timeout: 200_000, ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended: Ended = { code: null, signal: null, stdout: '', stderr: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    ended.stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    ended.stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ ...ended, code, signal }));
  });
}
