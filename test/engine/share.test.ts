import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Engine } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { identity, mlp, slow } from '../fixtures/models.js';
import { f32, load, loadSlow, numbers, one, until, untilStarted } from '../support/engines.js';
import { failure, rejection } from '../support/failure.js';

const library = fileURLToPath(import.meta.resolve('node-tensorrt'));

/** A worker that opens the engine of `token` and does what `body` says: it has `engine`, `f32` and `post`. */
function startWorker(token: string, body: string): { worker: Worker; next: () => Promise<unknown> } {
  const source = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { Engine } = await import(${JSON.stringify(import.meta.resolve('node-tensorrt'))});
    const engine = Engine.open(workerData);
    const f32 = (values, dims = [values.length]) => ({ type: 'float32', data: Float32Array.from(values), dims });
    const post = (message) => parentPort.postMessage(message);
    const told = () => new Promise((resolve) => parentPort.once('message', resolve));
    ${body}`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), { workerData: token });
  onTestFinished(async () => void (await worker.terminate()));
  const next = () =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  return { worker, next };
}

describe('share() and Engine.open()', () => {
  test('give a worker the same engine, with its name, signature and placement', async () => {
    const engine = await load(identity(), { name: 'shared' });
    const { next } = startWorker(
      engine.share(),
      `const { y } = await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) });
       const { name, inputs, outputs, placement } = engine;
       post({ y: [...y.data], name, inputs, outputs, placement });
       await engine.close();`,
    );
    const { name, inputs, outputs, placement } = engine;
    expect(await next()).toEqual({ y: [1, 2, 3, 4], name, inputs, outputs, placement });
    expect(engine.stats().requests).toMatchObject({ accepted: 1, completed: 1 });
  });

  test('let requests of two threads meet in one batch', async () => {
    const engine = await load(mlp({ layers: 1, width: 4 }), {
      inlineBelowUs: 0,
      batching: { maxSize: 2, maxDelayMs: 20_000 },
    });
    const { next } = startWorker(
      engine.share(),
      `post('open'); post([...(await engine.run({ x: f32([1, 2, 3, 4], [1, 4]) })).y.data]);`,
    );
    expect(await next()).toBe('open');
    const theirs = next();
    const mine = numbers(await engine.run({ x: f32([4, 3, 2, 1], [1, 4]) }), 'y');
    expect(engine.stats().batches).toMatchObject({ count: 1, sizes: { 2: 1 } });
    expect(await theirs).not.toEqual(mine);
    expect(numbers(engine.runSync({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual(await theirs);
  });

  test('make handles that close by themselves: the others go on', async () => {
    const engine = await Engine.load(identity());
    const other = Engine.open(engine.share());
    await engine.close();
    expect(numbers(await other.run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual([1, 2, 3, 4]);
    await other.close();
    await expect(other.run({ x: f32([1, 2, 3, 4], [1, 4]) })).rejects.toEqual(failure('NOT_OPEN'));
  });

  test('hold the engine open for a while, for whoever opens it after the last handle was closed', async () => {
    const engine = await Engine.load(identity());
    const token = engine.share();
    await engine.close();
    const other = Engine.open(token);
    expect(numbers(await other.run({ x: f32([5, 6, 7, 8], [1, 4]) }), 'y')).toEqual([5, 6, 7, 8]);
    await other.close();
  });

  test('destroy() rejects what its own handle has queued, and nothing else', async () => {
    const engine = await loadSlow();
    const other = Engine.open(engine.share());
    const running = engine.run(one(1));
    await untilStarted(engine, 1);
    const mine = engine.run(one(2));
    const theirs = rejection(other.run(one(3)));
    other.destroy(new Error('enough'));
    expect(await theirs).toEqual(new Error('enough'));
    expect(numbers(await running, 'y')).toEqual([1]);
    expect(numbers(await mine, 'y')).toEqual([2]);
    await other.close();
  });

  test('a worker that is terminated takes its requests along, and no others', async () => {
    const engine = await load(slow({ size: 384, iterations: 40 }), { threads: 1, inlineBelowUs: 0 });
    const first = engine.run(one(1));
    await untilStarted(engine, 1);
    const { worker, next } = startWorker(
      engine.share(),
      `for (let i = 0; i < 100; i++) engine.run({ x: f32([100 + i]) }).catch(() => {}); post('queued'); await told();`,
    );
    expect(await next()).toBe('queued');
    const mine = [2, 3, 4].map((value) => engine.run(one(value)));
    await worker.terminate();
    expect(numbers(await first, 'y')).toEqual([1]);
    expect((await Promise.all(mine)).map((result) => numbers(result, 'y')[0])).toEqual([2, 3, 4]);
    await until(() => engine.stats().queue.depth === 0);
    const { accepted, completed, aborted } = engine.stats().requests;
    expect(accepted).toBe(104);
    expect(completed + aborted).toBe(104);
    expect(completed).toBeLessThan(20);
  });

  test('configure() is in force for all handles', async () => {
    const engine = await load(identity(), { inlineBelowUs: 0 });
    const other = Engine.open(engine.share());
    other.configure({ batching: { maxSize: 2 } });
    await engine.run({ x: f32(new Float32Array(20), [5, 4]) });
    expect(engine.stats().batches.sizes).toEqual({ 1: 1, 2: 2 });
    await other.close();
  });

  test('the CommonJS copy of the library opens it, too', async () => {
    const engine = await load(identity());
    const copy = createRequire(import.meta.url)('node-tensorrt') as { Engine: typeof Engine };
    expect(copy.Engine).not.toBe(Engine);
    const other = copy.Engine.open(engine.share());
    expect(numbers(await other.run({ x: f32([1, 2, 3, 4], [1, 4]) }), 'y')).toEqual([1, 2, 3, 4]);
    expect(engine.stats().requests.completed).toBe(1);
    await other.close();
  });

  test('one token per handle, none of them alike', async () => {
    const engine = await load(identity());
    const other = Engine.open(engine.share());
    expect(engine.share()).toBe(engine.share());
    expect(other.share()).not.toBe(engine.share());
    await other.close();
  });
});

describe('Engine.open() refuses', () => {
  test.each([undefined, 5, '', 'shared', 'node-tensorrt:0:0'])('%s as no token', (token) => {
    expect(() => Engine.open(token as string)).toThrow(failure('INVALID_ARGUMENT', { option: 'token' }) as Error);
  });

  test('a token of this process that was never given out, with NOT_OPEN', async () => {
    const token = (await load(identity())).share();
    const made = `${token.slice(0, -32)}${'0'.repeat(32)}`;
    expect(() => Engine.open(made)).toThrow(failure('NOT_OPEN', { option: 'token' }) as Error);
  });

  test('a token in a child process, with UNSUPPORTED', async () => {
    const token = (await load(identity())).share();
    const program = `
      import { Engine } from ${JSON.stringify(library)};
      try { Engine.open(process.argv[1]); } catch ({ code, details }) { console.log(code, details.option); }`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program, token], { encoding: 'utf8' });
    expect(printed.trim()).toBe('UNSUPPORTED token');
  });

  test('share() after close(), with NOT_OPEN', async () => {
    const engine = await Engine.load(identity());
    await engine.close();
    expect(() => engine.share()).toThrow(failure('NOT_OPEN') as Error);
  });
});
