import { argumentError } from '../errors.js';

/** Compute capabilities that TensorRT-RTX builds for without the GPU, from 1.5 on. */
export const targets = ['sm75', 'sm80', 'sm86', 'sm89', 'sm120', 'sm121'] as const;

/** A compute capability as NVIDIA's compiler names it: 'sm86' is 8.6. */
export type Target = (typeof targets)[number];

/** What GPUs a target is for. */
export const gpusOf: Readonly<Record<Target, string>> = {
  sm75: 'Turing: T4, GTX 16, RTX 20',
  sm80: 'Ampere: A100, A30',
  sm86: 'Ampere: A10, A40, RTX 30',
  sm89: 'Ada: L4, L40, RTX 40',
  sm120: 'Blackwell: RTX 50, RTX PRO',
  sm121: 'Blackwell: GB10',
};

/** One or several, in ascending order, each once. */
export function targetsOption(name: string, given: unknown): readonly Target[] {
  const list = Array.isArray(given) ? given : [given];
  if (list.length === 0) throw argumentError(name, 'at least one target', given);
  for (const [i, target] of list.entries()) {
    if (!targets.includes(target)) {
      throw argumentError(
        Array.isArray(given) ? `${name}[${i}]` : name,
        `one of ${targets.map((name) => `${name} (${gpusOf[name]})`).join('; ')}`,
        target,
      );
    }
  }
  return targets.filter((target) => list.includes(target));
}

/** 'sm86' of 8.6. */
export function targetOf(computeCapability: number): string {
  return `sm${Math.round(computeCapability * 10)}`;
}

/** 8.6 of 'sm86'. */
export function capabilityOf(target: string): number {
  return Number(target.slice(2)) / 10;
}
