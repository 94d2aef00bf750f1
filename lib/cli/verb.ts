import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean, nearNames } from '../near-names.js';
import { WrongUse } from './failure.js';

/** A verb of the command line. */
export interface Verb {
  /** What --help prints. */
  help: string;
  /** Returns the exit code. Throws WrongUse, or what the library throws. */
  run: (args: readonly string[], print: (text: string) => void) => Promise<number>;
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** `parseArgs` of options, with positionals between them, whose complaints are wrong use. */
export function parseVerb<const T extends Options>(
  args: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; allowPositionals: true; options: T }>> {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUse(complaint(error, Object.keys(options)));
  }
}

function complaint(error: unknown, options: readonly string[]): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const [, option] = /^Unknown option '(--?[^']*)'/.exec(message) ?? [];
  // What begins with a dash: its second line says how that is given.
  if (code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return message.replaceAll('\n', ' ');
  // Of its other complaints the first line says all.
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION' || option === undefined) return message.split('\n')[0] ?? message;
  const near = option.startsWith('--') ? nearNames(option.slice(2), ['help', ...options], 1) : [];
  return `there is no option '${option}'${didYouMean(near.map((name) => `--${name}`))}`;
}

/** The one model that a verb takes. */
export function oneModel(verb: string, positionals: readonly string[]): string {
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) throw new WrongUse(`${verb} takes one model`);
  return model;
}

/** A whole number of at most `digits` digits. */
export function wholeNumber(option: string, text: string, digits = 9): number {
  if (!/^\d+$/.test(text) || text.length > digits) {
    throw new WrongUse(`${option}: expected a whole number, received '${text}'`);
  }
  return Number(text);
}
