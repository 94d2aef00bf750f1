/**
 * A function whose module is loaded at its first call, so that importing the entry stays quick: protobuf, inference, the
 * engine and what compares models are some 200 files.
 */
export function later<A extends unknown[], R>(
  load: () => Promise<(...args: A) => Promise<R> | R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const call = await load();
    return call(...args);
  };
}

/** The same for a function that returns an async iterable. */
export function laterIterable<A extends unknown[], T>(
  load: () => Promise<(...args: A) => AsyncIterable<T>>,
): (...args: A) => AsyncGenerator<T> {
  return async function* (...args) {
    yield* (await load())(...args);
  };
}
