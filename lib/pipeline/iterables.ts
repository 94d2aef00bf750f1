import { argumentError } from '../errors.js';

export type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

/** What makes the iterator of anything that `for await` takes, but a string. Throws INVALID_ARGUMENT; `name` is in it. */
export function iterableOption(name: string, given: unknown): () => AnyIterator {
  const iterable = given as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const make: unknown = iterable?.[Symbol.asyncIterator] ?? iterable?.[Symbol.iterator];
  if (typeof make !== 'function' || typeof given === 'string') {
    throw argumentError(name, 'an array or another iterable, or an async one', given);
  }
  return () => make.call(given) as AnyIterator;
}

/** Its iterator. Throws INVALID_ARGUMENT. */
export function openIterable(name: string, given: unknown): AnyIterator {
  return iterableOption(name, given)();
}
