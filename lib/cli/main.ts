#!/usr/bin/env node
import { didYouMean, nearNames } from '../near-names.js';
import { failureAsJson, printFailure, WrongUse } from './failure.js';
import type { Verb } from './verb.js';

/** The verbs, one file each, opened when they are asked for. */
const verbs: Readonly<Record<string, { summary: string; open: () => Promise<{ verb: Verb }> }>> = {
  doctor: {
    summary: 'what is wrong with this machine, why it matters, and what mends it',
    open: () => import('./doctor.js'),
  },
  inspect: {
    summary: 'what a model is and what it would take, without loading it',
    open: () => import('./inspect.js'),
  },
  build: {
    summary: "builds an engine from a model by NVIDIA's TensorRT, into a plan file",
    open: () => import('./build.js'),
  },
  sign: {
    summary: 'signs a plan, for machines that have the public key',
    open: () => import('./sign.js'),
  },
  lint: {
    summary: 'what is wrong with a model, and what a backend would refuse',
    open: () => import('./lint.js'),
  },
  optimize: {
    summary: 'writes a model that computes the same with less',
    open: () => import('./optimize.js'),
  },
  cast: {
    summary: 'writes a model in fp16 or bf16',
    open: () => import('./cast.js'),
  },
  compare: {
    summary: 'how far the outputs of two models are from one another',
    open: () => import('./compare.js'),
  },
  types: {
    summary: "TypeScript types of a model's inputs and outputs",
    open: () => import('./types.js'),
  },
  cache: {
    summary: 'built plans and derived models that are kept: lists, prunes, verifies them',
    open: () => import('./cache.js'),
  },
};

function usage(): string {
  const list = Object.entries(verbs).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return [
    'Use: node-tensorrt <verb> [arguments]',
    '',
    ...list,
    '',
    'node-tensorrt <verb> --help says more. Exit code: 0 done, 1 failed, 2 wrong use.',
  ].join('\n');
}

function unknownVerb(name: string): string {
  if (name.startsWith('-')) return `expected a verb before '${name}'`;
  return `there is no verb '${name}'${didYouMean(nearNames(name, Object.keys(verbs), 2))}`;
}

// Whoever reads what is printed may have had enough: head, less.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

/** Runs a command line; returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? process.stderr : process.stdout).write(`${usage()}\n`);
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  try {
    if (entry === undefined) throw new WrongUse(unknownVerb(name));
    const { verb } = await entry.open();
    if (rest.includes('--help') || rest.includes('-h')) {
      process.stdout.write(`${verb.help}\n`);
      return 0;
    }
    return await verb.run(rest, (text) => process.stdout.write(`${text}\n`));
  } catch (error) {
    if (rest.includes('--json')) process.stdout.write(`${failureAsJson(error)}\n`);
    return printFailure(error, entry === undefined ? '' : name, (text) => process.stderr.write(`${text}\n`));
  }
}

// The exit code only: what is written to a pipe is still on its way.
void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
