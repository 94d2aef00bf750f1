import { setMaxListeners } from 'node:events';
import { NodeTensorRTError } from '../errors.js';

/** What runs that are turned away from have in common: their signals and their time-outs. */

const allowed = new WeakSet<AbortSignal>();

/** One signal for many runs is no leak: Node would warn from the eleventh listener on. */
export function allowListeners(signal: AbortSignal): void {
  if (allowed.has(signal)) return;
  allowed.add(signal);
  setMaxListeners(0, signal);
}

export function timeoutError(timeoutMs: number): NodeTensorRTError {
  return new NodeTensorRTError('TIMEOUT', `no result after ${timeoutMs} ms (options.timeoutMs)`, { timeoutMs });
}

export function isTimeout(error: unknown): boolean {
  return error instanceof NodeTensorRTError && error.code === 'TIMEOUT';
}
