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

/** The one model that a verb takes. */
export function oneModel(verb: string, help: string, positionals: readonly string[]): string {
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) throw new WrongUse(`${verb} takes one model`, help);
  return model;
}

/** A whole number of at most `digits` digits. */
export function wholeNumber(option: string, help: string, text: string, digits = 9): number {
  if (!/^\d+$/.test(text) || text.length > digits) {
    throw new WrongUse(`${option}: expected a whole number, received '${text}'`, help);
  }
  return Number(text);
}
