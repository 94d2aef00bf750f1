import { describe, expect, test } from 'vitest';
import { drawsNewNumbers, storedDifferences } from './exceptions.mjs';
import { judge } from './judge.mjs';

const floats = (...values: number[]) => {
  const data = Buffer.from(new Float32Array(values).buffer);
  return [{ name: 'y', type: 1, dims: [values.length], data }];
};
const ok = { stage: 'ok' as const, code: '', message: '', notes: [] as string[] };
const ran = (...values: number[]) => ({ outcome: ok, results: floats(...values) });
const failed = (stage: 'load' | 'run' | 'died', code = '', message = 'why') => ({
  outcome: { ...ok, stage, code, message },
  results: null,
});
const one = {
  name: 'case',
  model: '',
  operators: [],
  class: 'tensors' as 'tensors' | 'type' | 'kind',
  otherTypes: [] as number[],
  inputs: [],
  expected: floats(1, 2),
};
type Ran = ReturnType<typeof ran> | ReturnType<typeof failed>;
const problems = (raw: Ran, ours: Ran, theirs: Ran, changes: Partial<typeof one> = {}) =>
  judge({ ...one, ...changes }, { raw, ours, theirs }).problems;

describe('judge()', () => {
  test('finds nothing where all agree', () => {
    expect(judge(one, { raw: ran(1, 2), ours: ran(1, 2), theirs: ran(1, 2) })).toEqual({
      name: 'case',
      problems: [],
      remark: null,
      sameBits: true,
      oursStored: null,
      theirsStored: null,
      wide: { ours: true, theirs: true },
    });
    const refused = failed('load', 'UNSUPPORTED');
    expect(problems(failed('load', '9'), refused, failed('load'))).toEqual([]);
  });

  test.each<[string, string[], RegExp]>([
    ['one bit', problems(ran(1, 2), ran(1, 2 + 2 ** -22), ran(1, 2)), /other bits than the C API/],
    [
      'a load that only the C API does',
      problems(ran(1, 2), failed('load', 'X'), failed('load')),
      /does not load \(X\)/,
    ],
    [
      'a load that only this library does',
      problems(failed('load', '9'), ran(1, 2), ran(1, 2)),
      /the C API: does not load/,
    ],
    ['a run in place of a load', problems(failed('run', '9'), failed('load', 'X'), failed('run')), /does not load/],
    ['a failure without a code', problems(failed('load', '9'), failed('load'), failed('load')), /fails without a code/],
    ['a death', problems(ran(1, 2), failed('died', 'SIGSEGV'), ran(1, 2)), /the process died \(SIGSEGV\)/],
    ['a common death', problems(failed('died', 'SIGSEGV'), failed('died', 'SIGSEGV'), ran(1, 2)), /died/],
    ['values that onnxruntime-node has', problems(ran(1, 3), ran(1, 3), ran(1, 2)), /onnxruntime-node passes it/],
    ['values without an excuse', problems(ran(1, 2), ran(1, 3), ran(1, 2)), /this library does not: /],
    [
      'a code that does not fit',
      problems(failed('load', '9'), failed('load', 'MODEL_INVALID'), failed('load')),
      /expected UNSUPPORTED/,
    ],
    [
      'another code that does not fit',
      problems(failed('run', '1'), failed('run', 'UNSUPPORTED'), failed('run')),
      /expected BACKEND_ERROR/,
    ],
    [
      'another message',
      problems(failed('run', '1'), failed('run', 'BACKEND_ERROR', 'x'), failed('run')),
      /says "x", the C API says "why"/,
    ],
    [
      'a second run with another result',
      problems(ran(1, 2), { ...ran(1, 2), outcome: { ...ok, notes: ['runSync: differs'] } }, ran(1, 2)),
      /runSync: differs/,
    ],
  ])('reports %s', (_, found, message) => {
    expect(found.join('\n')).toMatch(message);
  });

  test('remarks values without an excuse, and an excuse without need, where onnxruntime-node has the same', () => {
    const [name = ''] = storedDifferences.keys();
    const remark = (ran: Ran, changes = {}) =>
      judge({ ...one, ...changes }, { raw: ran, ours: ran, theirs: ran }).remark;
    expect(remark(ran(1, 3), { name })).toBe(null);
    expect(remark(ran(1, 2), { name })).toMatch('is excused');
    expect(remark(ran(1, 3))).toMatch('other values than stored');
    expect(remark(ran(1, 2))).toBe(null);
  });

  test('takes a new number in each run where that is excused', () => {
    const [random = ''] = drawsNewNumbers.keys();
    const noted = { ...ran(1, 3), outcome: { ...ok, notes: ['differs'] } };
    expect(problems(ran(1, 3), noted, ran(1, 3), { name: random })).toEqual([]);
    expect(problems(ran(1, 3), ran(1, 3), ran(1, 3), { name: random })).toEqual([expect.stringMatching('new numbers')]);
  });

  test('wants a refusal that names the type of what is not carried', () => {
    const type = { class: 'type' as const, otherTypes: [22] };
    const loaded = { outcome: ok, results: null } as unknown as Ran;
    const refusal = (code: string, message: string, stage: 'load' | 'run' = 'load') =>
      problems(loaded, failed(stage, code, message), loaded, type);
    expect(refusal('UNSUPPORTED', 'element type int4')).toEqual([]);
    for (const found of [
      refusal('UNSUPPORTED', 'element type uint4'),
      refusal('UNSUPPORTED', 'element type 22'),
      refusal('MODEL_INVALID', 'element type int4'),
      refusal('UNSUPPORTED', 'element type int4', 'run'),
      problems(loaded, loaded, loaded, type),
    ]) {
      expect(found).toEqual([expect.stringMatching('is not refused at the load with UNSUPPORTED that says int4')]);
    }
  });
});
