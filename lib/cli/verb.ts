import { type ParseArgsConfig, parseArgs } from 'node:util';
import { WrongUse } from './failure.js';

/** A verb of the command line. */
export interface Verb {
  /** What --help prints. */
  help: string;
  /** Returns the exit code. Throws WrongUse, or what the library throws. */
  run: (args: readonly string[], print: (text: string) => void) => Promise<number>;
}

/** `parseArgs` whose complaints are wrong use. */
export function parseVerb<T extends ParseArgsConfig>(help: string, config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new WrongUse(error instanceof Error ? error.message : String(error), help);
  }
}
