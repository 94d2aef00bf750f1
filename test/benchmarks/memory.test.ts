import { describe, expect, it } from 'vitest';
import { growthMb } from '../../benchmarks/lib/memory.mjs';

describe('growthMb', () => {
  const steps = (...quarters: number[]) => quarters.flatMap((value) => Array.from({ length: 10 }, () => value));

  it('is from the second quarter to the last, whatever the start was', () => {
    expect(growthMb(steps(1, 100, 110, 130))).toBe(30);
    expect(growthMb(steps(1, 100, 300, 100))).toBe(0);
  });

  it('sees a leak, and no single value', () => {
    expect(growthMb(Array.from({ length: 40 }, (_, i) => 100 + i))).toBe(20);
    const calm = steps(100, 100, 100, 100);
    calm[35] = 900;
    expect(growthMb(calm)).toBe(0);
  });
});
