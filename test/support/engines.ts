import { Engine, type LoadOptions, type TensorMap } from 'node-tensorrt';
import { onTestFinished } from 'vitest';
import { slow } from '../fixtures/models.js';

/** Loads an engine that is closed when the test ends. */
export async function load(model: string | URL | Uint8Array, options?: LoadOptions): Promise<Engine> {
  const engine = await Engine.load(model, options);
  onTestFinished(() => engine.close());
  return engine;
}

/** An engine whose runs take long enough to act while one is under way, and never run in place. */
export function loadSlow(options: LoadOptions = {}, iterations = 40): Promise<Engine> {
  return load(slow({ size: 384, iterations }), { threads: 1, inlineBelowUs: 0, name: 'slow', ...options });
}

/** The next turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Turns of the event loop until the condition holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await turn();
}

/** Resolves once `count` requests were taken from the queue: they run, or are done. */
export function untilStarted(engine: Engine, count: number): Promise<void> {
  return until(() => {
    const { requests, queue } = engine.stats();
    return requests.accepted - queue.depth >= count;
  });
}

/** float32 input of the `slow` model. */
export function one(value = 1): TensorMap {
  return { x: { type: 'float32', data: Float32Array.of(value), dims: [1] } };
}

export function f32(values: ArrayLike<number>, dims: readonly number[] = [values.length]) {
  return { type: 'float32' as const, data: Float32Array.from(values), dims };
}

/** Data of the tensor of that name, as plain numbers. */
export function numbers(tensors: TensorMap, name: string): number[] {
  return Array.from(tensors[name]?.data as ArrayLike<number>, Number);
}
