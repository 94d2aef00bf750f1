import { stat } from 'node:fs/promises';
import { NodeTensorRTError } from '../index.js';
import { WrongUse } from './failure.js';

/** The path of -o. Refuses one that is a file that is read, unless that is meant. */
export async function outputFile(
  output: string | undefined,
  inputs: readonly string[],
  { force, help }: { force: boolean | undefined; help: string },
): Promise<string> {
  if (output === undefined) throw new WrongUse('-o says where the result goes', help);
  if (force) return output;
  const target = await identity(output);
  for (const input of inputs) {
    if (target === undefined || target !== (await identity(input))) continue;
    const text = `-o: '${output}' is the model that is read; take another path, or --force to replace it`;
    throw new NodeTensorRTError('INVALID_ARGUMENT', text, { option: '-o' });
  }
  return output;
}

/** Of a file, whatever path leads to it; undefined where there is none. */
async function identity(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
