import type { Engine, LoadOptions, RunOptions, SequenceStep } from 'node-tensorrt';
import { accumulator } from '../fixtures/models.js';
import { f32, load } from './engines.js';

/** An engine with the model `accumulator`. */
export function loadStateful(options: LoadOptions = {}): Promise<Engine> {
  return load(accumulator(), { threads: 1, sequence: { states: { state: 'next' } }, ...options });
}

/** A step with that value; resolves with what it gives. */
export async function step(
  engine: Engine,
  sequence: string | SequenceStep,
  value: number,
  options: RunOptions = {},
): Promise<number> {
  const { y } = await engine.run({ x: f32([value], [1, 1]) }, { sequence, ...options });
  return y?.data[0] as number;
}

/** What the last of these steps gives. */
export function chain(...values: number[]): number {
  return values.reduce((state, value) => 2 * state + value, 0);
}
