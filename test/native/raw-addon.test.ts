// The addon without the library around it, which checks everything first: what native code is given wrong all the same
// must be refused, not misread.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NativeEngine, NativePort } from '../../lib/native/contract.js';
import { addTwo, stringConcat } from '../fixtures/models.js';
import { type Anything, addon, codeOf, eventOf, load, loadOptions, openPort } from '../support/raw-addon.js';

const ASYNC = 0;
const BLOCKING = 1;
const RESULT = 0;

const three = Float32Array.of(1, 2, 3);
/** y of two vectors of three: time-out, priority, no step, outputs, index, no `into`, rank and dimensions per input. */
const frame = [0, 1, 0, 1, 0, 0, 1, 3, 1, 3];

let port: NativePort;
let numbers: NativeEngine;
let strings: NativeEngine;

beforeAll(async () => {
  port = openPort();
  numbers = await load(port, addTwo());
  strings = await load(port, stringConcat());
});

afterAll(async () => {
  for (const [i, engine] of [numbers, strings].entries()) {
    engine.release(900 + i);
    await eventOf(port, 900 + i);
  }
});

function submit(numbersInFrame: number[], ...args: Anything[]): unknown {
  port.frame.set(numbersInFrame);
  return (numbers.submit as Anything)(...args);
}

describe('submit()', () => {
  it('runs what is right', () => {
    expect(submit(frame, 0, BLOCKING, three, three)).toBe(1);
    const y = new Float32Array(3);
    port.take(y);
    expect([...y]).toEqual([2, 4, 6]);
  });

  it.each<[string, number[], Anything[], string]>([
    ['a rank that is none', [0, 1, 0, 1, 0, 0, 99], [three, three], 'INTERNAL'],
    ['a state where there is none', [0, 1, 0, 1, 0, 0, -1, 1, 3], [three, three], 'INTERNAL'],
    ['a state of a step where there is none', [0, 1, 1, 1, 0, 0, -1, 1, 3], [three, three, 'id'], 'INTERNAL'],
    ['a step without an id', [0, 1, 1, 1, 0, 0, 1, 3, 1, 3], [three, three], 'NOT_OPEN'],
    ['more outputs than there are', [0, 1, 0, 9], [three, three], 'INTERNAL'],
    ['an output that is none', [0, 1, 0, 1, 7, 0], [three, three], 'INTERNAL'],
    ['no array to write to', [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3], [three, three, 5], 'INVALID_ARGUMENT'],
    [
      'the wrong array to write to',
      [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3],
      [three, three, new Int8Array(3)],
      'INVALID_ARGUMENT',
    ],
    [
      'too small an array to write to',
      [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3],
      [three, three, new Float32Array(2)],
      'INVALID_ARGUMENT',
    ],
    ['the wrong array to read from', frame, [three, new Float64Array(3)], 'INVALID_ARGUMENT'],
    ['too small an array to read from', frame, [three, three.subarray(1)], 'INVALID_ARGUMENT'],
    ['nothing to read from', frame, [three], 'INVALID_ARGUMENT'],
    ['what is no array', frame, [three, { length: 3 }], 'INVALID_ARGUMENT'],
    ['strings', frame, [three, ['a', 'b', 'c']], 'INVALID_ARGUMENT'],
  ])('refuses %s', (_, given, arrays, code) => {
    expect(codeOf(() => submit(given, 5, ASYNC, ...arrays))).toBe(code);
    expect(codeOf(() => submit(given, 0, BLOCKING, ...arrays))).toBe(code);
  });

  it('refuses a step of an engine without states, and one that is to run here and now', () => {
    const step = [0, 1, 1, 1, 0, 0, 1, 3, 1, 3];
    expect(codeOf(() => submit(step, 5, ASYNC, three, three, 'id'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => submit(step, 0, BLOCKING, three, three, 'id'))).toBe('INTERNAL');
  });

  it('refuses staged data of another size', () => {
    expect(codeOf(() => submit(frame, 5, ASYNC, three, new addon.NativeStaging(port, 8)))).toBe('INVALID_ARGUMENT');
  });

  it.each<[string, Anything]>([
    ['no array', 5],
    ['numbers', [1]],
    ['too many', ['a', 'b']],
  ])('refuses strings that are %s', (_, given) => {
    port.frame.set([0, 1, 0, 1, 0, 0, 1, 1, 1, 1]);
    expect(codeOf(() => strings.submit(5, ASYNC, ['a'], given))).toBe('INVALID_ARGUMENT');
  });

  it('refuses all of it once the engine is released', async () => {
    const engine = await load(port, addTwo());
    engine.release(50);
    await eventOf(port, 50);
    port.frame.set(frame);
    for (const use of [
      () => engine.submit(51, ASYNC, three, three),
      () => engine.release(51),
      () => engine.stats(false),
      () => engine.describe(),
      () => engine.checkRoom(1, 0, 0),
    ]) {
      expect(codeOf(use)).toBe('NOT_OPEN');
    }
  });
});

describe('results', () => {
  it('are refused to whoever comes without an array that fits, and are gone then', async () => {
    for (const wrong of [undefined, 5, new Float32Array(2), new Float32Array(4)]) {
      for (const taken of [
        (id: number, array: Anything) => port.copyOut(id, array),
        (_: number, array: Anything) => port.take(array),
      ]) {
        expect(submit(frame, 10, ASYNC, three, three)).toBe(0);
        expect(await eventOf(port, 10)).toBe(RESULT);
        expect(codeOf(() => taken(10, wrong))).toBe('INVALID_ARGUMENT');
        expect(codeOf(() => port.take(new Float32Array(3)))).toBe('INTERNAL');
      }
    }
  });

  it('that are none cannot be taken', () => {
    expect(port.poll()).toBe(0);
    expect(codeOf(() => port.take(three))).toBe('INTERNAL');
    expect(codeOf(() => port.copyOut(60, three))).toBe('INTERNAL');
    expect(codeOf(() => port.copySlice(60, 0, three, 0, 1))).toBe('INTERNAL');
    expect(port.takeError()).toMatchObject({ code: 'INTERNAL' });
    port.drop(60);
  });

  it('that are kept are copied up to their end, and no further', async () => {
    submit(frame, 11, ASYNC, three, three);
    await eventOf(port, 11);
    port.keep(11);
    const y = new Float32Array(3);
    expect(port.copySlice(11, 0, y, 0, 8)).toBe(8);
    expect(port.copySlice(11, 0, y, 8, 100)).toBe(12);
    expect(port.copySlice(11, 0, y, 99, 100)).toBe(12);
    expect(codeOf(() => port.copySlice(11, 7, y, 0, 100))).toBe('INTERNAL');
    expect(codeOf(() => port.copySlice(11, 0, new Float32Array(2), 0, 100))).toBe('INVALID_ARGUMENT');
    expect([...y]).toEqual([2, 4, 6]);
    port.drop(11);
  });
});

describe('ids that are none', () => {
  it('are no error to whoever turns away', () => {
    expect([port.cancel(70, false), port.cancel(70, true), port.dequeue(70)]).toEqual([false, false, false]);
    port.cancelLoad(70);
  });

  it('are so while a load has them, too', async () => {
    port.load(71, '/no/such/model.onnx', { ...({} as Anything), ...loadOptions() });
    expect([port.cancel(71, false), port.dequeue(71)]).toEqual([false, false]);
    port.cancelLoad(71);
    await eventOf(port, 71);
    expect(['MODEL_INVALID', 'NOT_OPEN']).toContain((port.takeError() as Anything).code);
  });
});

describe('pooled memory', () => {
  const three32 = () => new Float32Array(port.allocate('host', 12, true) as ArrayBuffer);

  it('has at least a byte, and comes of a result', () => {
    expect(codeOf(() => port.allocate('host', 0, false))).toBe('INTERNAL');
    expect(codeOf(() => port.allocate('gpu', 8, false))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => openPort().takePooled(0))).toBe('INTERNAL');
  });

  it('is released once, and nothing else is', () => {
    const { buffer } = three32();
    expect(port.isPooled(new Uint8Array(buffer))).toBe(true);
    port.releasePooled(buffer);
    expect(buffer.byteLength).toBe(0);
    for (const other of [buffer, new ArrayBuffer(8), 'text', undefined]) port.releasePooled(other as Anything);
    expect(port.isPooled(new Uint8Array(8))).toBe(false);
    expect(port.isPooled('text' as Anything)).toBe(false);
  });

  it('can be said to have moved, and other memory cannot', () => {
    const [one, two] = [three32(), three32()];
    for (const other of [new ArrayBuffer(8), 'text', undefined]) port.noteMoved(other as Anything);
    structuredClone(one.buffer, { transfer: [one.buffer] });
    port.noteMoved(one.buffer);
    expect(port.isPooled(two)).toBe(true);
    port.releasePooled(two.buffer);
  });

  it('is staged as what it is only', () => {
    const Staging = addon.NativeStaging as Anything;
    expect(codeOf(() => new Staging(port, three, 'inputs', 'b'))).toBe('INVALID_ARGUMENT');
    expect(codeOf(() => new Staging(port, 'text', 'inputs', 'b'))).toBe('INVALID_ARGUMENT');
    const pooled = three32();
    const staged = (array: Anything) => new Staging(port, array, 'inputs', 'b');
    expect(codeOf(() => submit(frame, 0, BLOCKING, three, staged(new Int32Array(pooled.buffer))))).toBe(
      'INVALID_ARGUMENT',
    );
    expect(codeOf(() => submit(frame, 0, BLOCKING, three, staged(pooled.subarray(1))))).toBe('INVALID_ARGUMENT');
    expect(submit(frame, 0, BLOCKING, three, staged(pooled))).toBe(1);
    const y = new Float32Array(3);
    port.take(y);
    expect([...y]).toEqual([1, 2, 3]);
    const wrong = new Staging(port, new Float64Array(port.allocate('host', 24, true) as ArrayBuffer), 'into', 'y');
    const into = [0, 1, 0, 1, 0, 1, 1, 3, 1, 3, 1, 3];
    expect(codeOf(() => submit(into, 0, BLOCKING, three, three, wrong))).toBe('INVALID_ARGUMENT');
    port.releasePooled(pooled.buffer);
  });
});
