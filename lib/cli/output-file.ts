import { access, constants, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NodeTensorRTError } from '../index.js';
import { inspectModel } from '../toolkit/index.js';
import { WrongUse } from './failure.js';

export interface OutputOptions {
  /** Of the command line: '-o'. */
  option: string;
  /** Models that are read: neither they nor their files of external data are replaced. */
  inputs: readonly string[];
  /** What the inputs are, where they are no models. */
  what?: 'key';
  /** Unless that is meant. undefined: the verb has no --force. */
  force?: boolean | undefined;
  /** Whether weights may go to a file beside it. */
  isModel?: boolean;
}

/** The path of a file that is going to be written. Refuses, before any work, what cannot be or must not be written. */
export async function outputFile(output: string | undefined, options: OutputOptions): Promise<string> {
  const { option, inputs, what: kind = 'model', force, isModel = false } = options;
  if (output === undefined) throw new WrongUse(`${option} says where the result goes`);
  if (output === '-')
    throw new WrongUse(`${option}: expected a file, received '-': nothing is written to the standard output`);
  await checkWritable(option, output);
  if (force) return output;
  const written = await identities(isModel ? [output, `${output}.data`] : [output]);
  // Only what is there can be a file that is read.
  for (const input of written.size > 0 ? inputs : []) {
    for (const [identity, file] of await identities(await filesOf(input))) {
      const found = written.get(identity);
      if (found === undefined) continue;
      const what = file === input ? `is the ${kind} that is read` : `has weights of the model that is read, ${input}`;
      const text = `${option}: '${found}' ${what}; take another path${force === undefined ? '' : ', or --force to replace it'}`;
      throw new NodeTensorRTError('INVALID_ARGUMENT', text, { option, path: found });
    }
  }
  return output;
}

/** The path of -o for a model that is made of another: its weights may go to a file beside it. */
export function outputModel(
  output: string | undefined,
  input: string,
  { force = false }: { force?: boolean | undefined },
): Promise<string> {
  return outputFile(output, { option: '-o', inputs: [input], force, isModel: true });
}

/** Writes a text where `outputFile` has looked. */
export async function writeText(option: string, path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw unwritable(option, path, (error as Error).message);
  }
}

async function checkWritable(option: string, path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw unwritable(option, path, 'it is a folder');
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw unwritable(option, path, code === 'ENOENT' ? `there is no folder ${folder}` : message);
  }
}

function unwritable(option: string, path: string, why: string): NodeTensorRTError {
  const text = `${option}: '${path}' cannot be written: ${why}`;
  return new NodeTensorRTError('INVALID_ARGUMENT', text, { option, path, reason: 'unwritable' });
}

/** A model, and its files of external data. What is wrong with it is told by who reads it. */
async function filesOf(path: string): Promise<string[]> {
  const { externalData } = await inspectModel(path).catch(() => ({ externalData: [] }));
  return [path, ...externalData.map(({ location }) => join(dirname(path), location))];
}

/** Files that there are, whatever path leads to them. */
async function identities(paths: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of paths) {
    const stats = await stat(path, { bigint: true }).catch(() => undefined);
    if (stats) found.set(`${stats.dev}:${stats.ino}`, path);
  }
  return found;
}
