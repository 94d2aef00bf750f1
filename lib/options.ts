import { fileURLToPath } from 'node:url';
import { argumentError, NodeTensorRTError } from './errors.js';
import { didYouMean, nearNames } from './near-names.js';

/** Checks shared by everything that takes options. Each returns the value, or throws with the option's name. */

export function objectOption<T extends object>(name: string, value: unknown): T {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw argumentError(name, 'an object', value);
  }
  return value as T;
}

/** Refuses keys that are not known, so that a typing error does not silently mean the default. */
export function knownKeys(name: string, value: object, known: readonly string[], later: readonly string[] = []): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    if (later.includes(key)) {
      if ((value as Record<string, unknown>)[key] === undefined) continue;
      throw new NodeTensorRTError('UNSUPPORTED', `${name}.${key}: this version does not have this option yet`, {
        option: `${name}.${key}`,
      });
    }
    const { code, message, details } = argumentError(`${name}.${key}`, `one of ${known.join(', ')}`, key);
    throw new NodeTensorRTError(code, message + didYouMean(nearNames(key, known, 1)), details);
  }
}

export function integerOption(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value)) throw argumentError(name, 'an integer', value);
  if (value < min || value > max) throw argumentError(name, `${min} to ${max}`, value, 'OUT_OF_RANGE');
  return value;
}

export function booleanOption(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') throw argumentError(name, 'true or false', value);
  return value;
}

export function stringOption(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw argumentError(name, 'a non-empty string', value);
  return value;
}

export function choiceOption<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  if (!choices.includes(value as T)) throw argumentError(name, choices.map((c) => `'${c}'`).join(' or '), value);
  return value as T;
}

/** A duration in milliseconds that setTimeout can hold. */
export function timeoutOption(name: string, value: unknown): number {
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw argumentError(name, 'a number of milliseconds greater than 0', value);
  }
  if (value <= 0 || value > MAX_TIMEOUT_MS) {
    throw argumentError(name, `more than 0 and at most ${MAX_TIMEOUT_MS}`, value, 'OUT_OF_RANGE');
  }
  return value;
}

export function signalOption(name: string, value: unknown): AbortSignal {
  if (!(value instanceof AbortSignal)) throw argumentError(name, 'an AbortSignal', value);
  return value;
}

const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** A path, from a string or a file URL. `or`: what else may be given, for the message. */
export function pathOption(name: string, value: unknown, or = ''): string {
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value);
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw argumentError(name, `a path, as a string or a file: URL${or}`, value);
}

export type AnyIterator<T = unknown> = Iterator<T> | AsyncIterator<T>;

/** Anything that `for await` takes, but a string. */
export function iterableOption<T = unknown>(name: string, value: unknown): Iterable<T> | AsyncIterable<T> {
  const iterable = value as Partial<AsyncIterable<T> & Iterable<T>> | null | undefined;
  const make: unknown = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
  if (typeof make === 'function' && typeof value !== 'string') return value as Iterable<T>;
  throw argumentError(name, 'an array or another iterable, or an async one', value);
}

/** Its iterator. */
export function iteratorOf<T>(iterable: Iterable<T> | AsyncIterable<T>): AnyIterator<T> {
  const { [Symbol.asyncIterator]: make } = iterable as Partial<AsyncIterable<T>>;
  return make ? make.call(iterable) : (iterable as Iterable<T>)[Symbol.iterator]();
}
