import { describe, expect, test } from 'vitest';
import { builderArguments } from '../../dist/esm/builder/builder-arguments.js';
import { builderError, emptyLog, note } from '../../dist/esm/builder/builder-error.js';
import { parseEvent } from '../../dist/esm/builder/events.js';

const request = { model: 'm.onnx', targets: [], profiles: [], tuning: {} };

describe('builderArguments()', () => {
  test('asks for a look at the model alone where no plan is wanted', () => {
    expect(builderArguments(request)).toEqual(['--model', 'm.onnx', '--no-flag', 'tf32']);
  });

  test('has shapes and values of every profile, and what only some ask for', () => {
    const range = { min: [1], opt: [2], max: [3] };
    const profiles = [{ x: range }, { x: range, s: { ...range, values: { min: [-1], opt: [0], max: [9] } } }];
    const tuning = {
      refittable: true,
      timingCache: { load: 'one' },
      tiling: { level: 'full' },
      plugins: [{ path: '/p.so', sha256: 'a' }],
    } as const;
    const library = { path: 'l', parser: 'p' };
    expect(builderArguments({ ...request, library, profiles, tuning, layers: 'y', isTold: true }).join(' ')).toBe(
      '--library l --parser p --log-level info --model m.onnx --layers y --profile 0 --shape x=1,2,3 --profile 1 --shape x=1,2,3 ' +
        '--shape s=1,2,3 --values s=-1,0,9 --plugin /p.so --flag refit --no-flag tf32 --tiling full --timing-cache one',
    );
  });
});

describe('builderError()', () => {
  const end = { exitCode: 1, signal: null, stderr: 'the last word' };
  const none = () => undefined;

  test('names refused nodes by name or number, five of them, with hints', () => {
    const log = emptyLog();
    const node = (index: number, name: string, op = 'Op') => ({ node: index, name, op, code: 'X', text: 'No.' });
    note(log, {
      event: 'refused',
      nodes: [node(-1, '', ''), node(3, ''), ...[4, 5, 6, 7, 8].map((i) => node(i, `n${i}`))],
    });
    const { message } = builderError('it cannot', log, end, ({ name }) => (name === 'n4' ? 'Do that.' : undefined));
    expect(message).toBe(
      "it cannot: TensorRT's parser refuses the model: No.; node 3 (Op): No.; node 'n4' (Op): No. Do that.; node 'n5' (Op): No.; node 'n6' (Op): No.; and 2 more",
    );
  });

  test('says what was said last where the process died', () => {
    expect(builderError('it', emptyLog(), { ...end, exitCode: null }, none).message).toMatch(
      /exit code null; .*the last word/,
    );
    expect(builderError('it', emptyLog(), { exitCode: 9, signal: null, stderr: '' }, none).message).toBe(
      "it: the builder's process ended with exit code 9. Try optimizationLevel: 0, or another version of TensorRT, or report it to NVIDIA with the model.",
    );
  });

  test('keeps warnings and errors, at most 200', () => {
    const log = emptyLog();
    for (let i = 0; i < 300; i++) note(log, { event: 'log', severity: i % 2 ? 'warning' : 'info', text: String(i) });
    for (let i = 0; i < 300; i++) note(log, { event: 'log', severity: 'error', text: 'e' });
    for (let i = 0; i < 300; i++) note(log, { event: 'recorded', code: i, text: 'r' });
    expect([log.messages.length, log.recorded.length]).toEqual([200, 200]);
    expect(log.messages.filter(({ severity }) => severity === 'info')).toEqual([]);
  });
});

test('parseEvent() knows its own lines', () => {
  expect(parseEvent('{"event":"checked","seconds":1}')).toEqual({ event: 'checked', seconds: 1 });
  for (const line of ['', 'text', 'null', '7', '{}', '{"event":5}', '{"event":'])
    expect(parseEvent(line)).toBeUndefined();
});
