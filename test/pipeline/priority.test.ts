import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeEngine, settle, strings } from './support.js';

describe('priority', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** The order in which one after the other begins, behind one that is there already. */
  async function order(engine: FakeEngine<string>): Promise<string[]> {
    for (let i = 0; i < engine.runs.length; i++) {
      engine.runs[i]?.resolve('done');
      await settle();
    }
    return engine.asked.slice(1);
  }

  test('goes through to engines', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine).build();
    for (const priority of ['high', 'normal', 'low'] as const) void pipeline.run(priority, { priority });
    void pipeline.run('absent');
    await settle();
    expect(engine.runs.map(({ options }) => options.priority)).toEqual(['high', 'normal', 'low', 'normal']);
  });

  test('decides who comes first in a stage, also before those at its door', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings()
      .step('before', (text) => text)
      .stage('a', engine, { concurrency: 1, maxQueue: 1 })
      .build();
    for (const text of ['first', 'low1', 'low2']) void pipeline.run(text, { priority: 'low' });
    await settle();
    void pipeline.run('normal');
    void pipeline.run('high', { priority: 'high' });
    await settle();
    expect(await order(engine)).toEqual(['high', 'normal', 'low1', 'low2']);
  });

  test('decides who is let in first by maxInFlight', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings({ maxInFlight: 1 }).stage('a', engine).build();
    void pipeline.run('first');
    void pipeline.run('low', { priority: 'low' });
    void pipeline.run('high', { priority: 'high' });
    await settle();
    expect(await order(engine)).toEqual(['high', 'low']);
  });

  test('does not overtake what was submitted more than 100 ms before', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings().stage('a', engine, { concurrency: 1 }).build();
    void pipeline.run('first');
    void pipeline.run('normal');
    vi.advanceTimersByTime(99);
    void pipeline.run('high 99 ms later', { priority: 'high' });
    vi.advanceTimersByTime(2);
    void pipeline.run('high 101 ms later', { priority: 'high' });
    await settle();
    expect(await order(engine)).toEqual(['high 99 ms later', 'normal', 'high 101 ms later']);
  });

  test('being equal, items that came first are finished first', async () => {
    const engine = new FakeEngine<string>();
    const pipeline = strings()
      .fanOut('split', (text) => [1, 2, 3].map((i) => `${text}${i}`))
      .stage('a', engine, { concurrency: 1, maxQueue: 2 })
      .join('all')
      .build();
    for (const text of ['x', 'y']) void pipeline.run(text);
    await settle();
    expect(await order(engine)).toEqual(['x2', 'x3', 'y1', 'y2', 'y3']);
  });
});
