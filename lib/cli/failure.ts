import { type ErrorCode, NodeTensorRTError } from '../index.js';

/** The command line itself is wrong: exit code 2. */
export class WrongUse extends Error {}

const advice: Partial<Record<ErrorCode, string>> = {
  BACKEND_UNAVAILABLE: 'Install what the message names, or use another backend.',
  BINARY_NOT_FOUND: 'Install the package again with its optional dependencies, or build the addon as the message says.',
  MODEL_INVALID: 'Give a complete ONNX file. docs/untrusted-models.md has what is refused, and why.',
  OUT_OF_MEMORY: 'Free memory, raise the limit of the container, or use a smaller model, precision or batch.',
  UNSUPPORTED: 'Leave the option out, or convert the model; docs/platforms.md has what there is.',
  INTERNAL: 'This is a bug: please report it with the command and the model.',
};

/** Codes that say that an argument was wrong. */
const ARGUMENT_CODES: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'OUT_OF_RANGE', 'SHAPE_MISMATCH'];

/** What went wrong, as JSON for programs. */
export function failureAsJson(error: unknown): string {
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (!(error instanceof NodeTensorRTError)) return JSON.stringify({ error: { message } });
  const { code, details } = error;
  return JSON.stringify({ error: { code, message, details } }, null, 2);
}

/** Prints what went wrong with a verb ('' for none) and what to do about it; returns the exit code. */
export function printFailure(error: unknown, verb: string, print: (text: string) => void): 1 | 2 {
  const command = `node-tensorrt ${verb}`.trimEnd();
  if (error instanceof WrongUse) {
    print(`${command}: ${error.message}\nSee ${command} --help`);
    return 2;
  }
  if (!(error instanceof NodeTensorRTError)) {
    print(`node-tensorrt: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return 1;
  }
  print(`${error.code}: ${error.message}`);
  // What is known to be of another kind says itself what to do.
  const { looksLike = 'unknown', option } = error.details;
  const isSaid = looksLike !== 'unknown' || (error.code === 'OUT_OF_MEMORY' && option !== undefined);
  const help = isSaid ? undefined : advice[error.code];
  if (help !== undefined) print(help);
  print(`docs/errors.md#${error.code.toLowerCase()} says more.`);
  return ARGUMENT_CODES.includes(error.code) ? 2 : 1;
}
