import { describe, expect, it } from 'vitest';
import { sendAtRandom } from '../../benchmarks/lib/arrivals.mjs';

/** Blocks this thread. */
function block(ms: number) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
const options = { perSecond: 2000, measureMs: 60, deadlineMs: 10_000 };

describe('sendAtRandom', () => {
  it('sends on although nothing is answered, as many as the rate says', async () => {
    const answers: (() => void)[] = [];
    const send = (i: number) =>
      new Promise<'kept'>((resolve) => {
        answers.push(() => resolve('kept'));
        // Nobody would get here if the earlier ones were waited for.
        if (i >= 80) for (const answer of answers) answer();
      });
    const { sent, kept } = await sendAtRandom(send, options);
    expect(kept).toBe(sent);
    // 120 on average, ± 11; the same for the same seed.
    expect(sent).toBeGreaterThan(90);
    expect(sent).toBeLessThan(150);
    expect((await sendAtRandom(async () => 'kept', options)).sent).toBe(sent);
    expect((await sendAtRandom(async () => 'kept', { ...options, seed: 2 })).sent).not.toBe(sent);
  });

  it('makes up for a stall, and counts it for every request that it delayed', async () => {
    const lateMs: number[] = [];
    const send = async (i: number, late: number) => {
      lateMs.push(late);
      if (i === 10) block(30);
      return 'kept' as const;
    };
    const { sent, keptMs, sendDelayMs } = await sendAtRandom(send, options);
    expect(sent).toBe((await sendAtRandom(async () => 'kept', options)).sent);
    expect(lateMs.filter((late) => late > 10).length).toBeGreaterThan(20);
    expect(sendDelayMs.max).toBeGreaterThan(20);
    expect(keptMs.max).toBeGreaterThan(30);
  });

  it('calls an answer late that comes after the deadline, counted from when the request was due', async () => {
    const send = async (i: number) => {
      if (i === 10) block(30);
      return 'kept' as const;
    };
    const { sent, kept, late } = await sendAtRandom(send, { ...options, deadlineMs: 10 });
    expect(late).toBeGreaterThan(20);
    expect(kept + late).toBe(sent);
  });

  it('counts outcomes apart, and a refusal without the delay of the sender', async () => {
    const send = async (i: number) => {
      if (i === 10) block(30);
      return i === 10 ? ('late' as const) : ('rejected' as const);
    };
    const { sent, kept, late, rejected, rejectedMs, sendDelayMs } = await sendAtRandom(send, options);
    expect({ kept, late, rejected }).toEqual({ kept: 0, late: 1, rejected: sent - 1 });
    expect(rejectedMs.p50).toBeLessThan(sendDelayMs.max);
  });
});
