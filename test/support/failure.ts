import { expect } from 'vitest';

/** Matches a NodeTensorRTError with this code and at least these details; for `toEqual` and `toThrow`. */
export function failure(code: string, details: Record<string, unknown> = {}): unknown {
  return expect.objectContaining({
    name: 'NodeTensorRTError',
    code,
    details: expect.objectContaining(details),
  });
}

/** What the promise rejects with; fails when it does not. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string; details?: unknown }> {
  const settled = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  expect(settled, 'the promise should have rejected').toBeDefined();
  return (settled as { error: Error }).error;
}
