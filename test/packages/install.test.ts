import { execFile } from 'node:child_process';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nodeOf } from '../../scripts/lib/node-programs.mjs';
import { programs } from '../../scripts/lib/paths.mjs';
import { rightAnswer, rightErrors, writeModels } from './support/models.js';
import { fixture, installedProject, root, runProgram, withoutNetwork } from './support/packages.js';

const versions = ['20', '22', '24', '26'];
let project: string;
let noNetwork: string[];

beforeAll(async () => {
  project = await installedProject(['node-tensorrt', 'linux-x64']);
  for (const name of ['use.mjs', 'use.cjs', 'exceptions.mjs']) cpSync(fixture(name), join(project, name));
  writeModels(project);
  await Promise.all([
    compile('nodenext', ['--module', 'nodenext', '--moduleResolution', 'nodenext']),
    compile('bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']),
  ]);
  noNetwork = await withoutNetwork();
});
afterAll(() => rmSync(dirname(project), { recursive: true, force: true }));

/** Compiles a user's TypeScript strictly, the library's declarations too, to <name>/use.mjs and onnx.mjs of the project. */
async function compile(name: string, options: string[]): Promise<void> {
  const sources = ['use', 'onnx'].map((file) => join(name, `${file}.mts`));
  for (const source of sources) cpSync(fixture(basename(source).replace('.mts', '.ts')), join(project, source));
  const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node'];
  const strict = ['--ignoreConfig', '--target', 'es2022', '--strict', '--skipLibCheck', 'false', ...types];
  const args = [programs.tsc, ...strict, ...options, ...sources];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: project }).catch((error) => error);
  if (stdout !== '') throw new Error(stdout);
}

async function answerOf(command: readonly string[]): Promise<unknown> {
  const { code, signal, stdout, stderr } = await runProgram(command, { cwd: project });
  expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
  return JSON.parse(stdout);
}

test('the tarballs install without a network, without scripts, and bring no onnxruntime-node', () => {
  const installed = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(installed).toEqual(['@node-tensorrt', 'node-tensorrt']);
  expect(readdirSync(join(project, 'node_modules', '@node-tensorrt'))).toEqual(['linux-x64']);
  expect(existsSync(join(project, 'node_modules', 'node-tensorrt', 'build'))).toBe(false);
});

describe.each(versions)('installed from the tarballs, with Node.js %s,', (major) => {
  test.each([
    ['an ES module', 'use.mjs'],
    ['a CommonJS module', 'use.cjs'],
    ['TypeScript with moduleResolution NodeNext', 'nodenext/use.mjs'],
    ['TypeScript with moduleResolution bundler', 'bundler/use.mjs'],
  ])('%s loads a model and runs it', async (_, file) => {
    const { program } = await nodeOf(major);
    expect(await answerOf([program, file])).toEqual(rightAnswer);
  });

  test.each(['nodenext', 'bundler'])(
    'TypeScript with moduleResolution %s casts a model and compares both',
    async (name) => {
      const { program } = await nodeOf(major);
      expect(await answerOf([program, join(name, 'onnx.mjs')])).toEqual({ low: 1, opset: 17, snrIsFine: true });
    },
  );

  test('the command line inspects a model', async () => {
    const { program } = await nodeOf(major);
    const { code, stdout, stderr } = await runProgram(
      [program, join('node_modules', '.bin', 'node-tensorrt'), 'inspect', 'model.onnx', '--json'],
      { cwd: project },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ weightsBytes: 16 * 16 * 4, nodes: 1, fits: true });
  });

  test('bad models and exhausted memory are errors with codes, and the next run is right', async () => {
    const { program } = await nodeOf(major);
    expect(await answerOf([program, 'exceptions.mjs'])).toEqual(rightErrors);
  });
});

test('where the network can be taken away, a process without it loads a model and runs it', async () => {
  const seen = await runProgram([...noNetwork, 'cat', '/proc/net/route'], {});
  const heading = 1;
  if (noNetwork.length > 0) expect(seen.stdout.trim().split('\n')).toHaveLength(heading);
  expect(await answerOf([...noNetwork, process.execPath, 'use.mjs'])).toEqual(rightAnswer);
});
