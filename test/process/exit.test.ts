import { describe, expect, it } from 'vitest';
import { type ChildResult, expectEnding, inParallel, numberFromEnv, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'slow', 'bigMlp', 'long');

const repeats = numberFromEnv('NODE_TENSORRT_TEST_REPEATS', 3);
/** From the act that ends the process to its end. One operator that is running cannot be stopped. */
const LIMIT_MS = 2000;

const steps = ['loading', 'idle', 'queued', 'running', 'closing', 'closed', 'destroyed'] as const;
type Step = (typeof steps)[number];

const ways: { way: string; title: string; code?: number; signal?: NodeJS.Signals }[] = [
  { way: 'exit', title: 'process.exit(7)', code: 7 },
  { way: 'uncaught', title: 'an uncaught exception', code: 1 },
  { way: 'rejection', title: 'an unhandled rejection', code: 1 },
  { way: 'SIGTERM', title: 'SIGTERM', signal: 'SIGTERM' },
  { way: 'SIGINT', title: 'SIGINT', signal: 'SIGINT' },
  { way: 'handled', title: 'a SIGTERM handler that calls process.exit(143)', code: 143 },
];

/** What must have happened by the end of a script that only runs out of things to do. */
const finished: Record<Step, { results: number; rejected: number; closed: number }> = {
  loading: { results: 0, rejected: 0, closed: 0 },
  idle: { results: 0, rejected: 0, closed: 0 },
  queued: { results: 8, rejected: 0, closed: 0 },
  running: { results: 1, rejected: 0, closed: 0 },
  closing: { results: 3, rejected: 0, closed: 1 },
  closed: { results: 0, rejected: 0, closed: 1 },
  destroyed: { results: 0, rejected: 0, closed: 1 },
};

function endProcess(step: Step, way: string, delayUs: number): Promise<ChildResult> {
  const signal = way === 'SIGINT' ? 'SIGINT' : 'SIGTERM';
  const sendsSignal = way.startsWith('SIG') || way === 'handled';
  return runChild('exit.mjs', {
    args: [step, way, delayUs],
    env,
    deadlineMs: 20_000,
    onLine: (line, kill) => {
      if (sendsSignal && line.includes('"act"')) kill(signal);
    },
  });
}

/** Moments spread over what takes longest in a step: opening ONNX Runtime and the first load take about 100 ms. */
function delays(step: Step, count: number): number[] {
  const span = step === 'loading' ? 150_000 : step === 'running' ? 20_000 : 0;
  return Array.from({ length: count }, (_, i) => Math.round((span * i) / count));
}

function actTime(result: ChildResult): number {
  return Number(result.reports.find(({ at }) => at === 'act')?.['time']);
}

describe.each(steps)('a process whose engine is %s', (step) => {
  it.each(ways.map((end) => [end.title, end] as const))(
    'ends by %s at once, as asked and without an abort',
    {
      timeout: 120_000,
    },
    async (_, end) => {
      const count = step === 'loading' && end.way === 'exit' ? 4 * repeats : repeats;
      const children = await inParallel(delays(step, count).map((delay) => () => endProcess(step, end.way, delay)));
      for (const child of children) {
        expectEnding(child, { ...end, stderr: end.code === 1 ? 'any' : 'empty' });
        if (end.code === 1) expect(child.stderr).toContain('TypeError: on purpose');
        expect(child.endedAt - actTime(child)).toBeLessThan(LIMIT_MS);
        if (step === 'running') expect(child.reports.at(-1)).toMatchObject({ results: 0 });
      }
    },
  );

  it('ends by itself once its work is done, and not before', { timeout: 60_000 }, async () => {
    const children = await inParallel(Array.from({ length: repeats }, () => () => endProcess(step, 'end', 0)));
    for (const child of children) {
      expectEnding(child);
      const { results, rejected, closed, loaded } = child.reports.at(-1) as Record<string, number>;
      expect(loaded).toBe(1);
      if (step === 'destroyed') {
        expect(closed).toBe(1);
        expect((results ?? 0) + (rejected ?? 0)).toBe(4);
      } else {
        expect({ results, rejected, closed }).toEqual(finished[step]);
      }
      if (step === 'idle' || step === 'closed') expect(child.endedAt - actTime(child)).toBeLessThan(LIMIT_MS);
    }
  });
});
