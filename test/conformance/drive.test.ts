import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { drive } from './drive.mjs';

const item = (name: string) => ({ name, model: `${name}.onnx`, inputs: '', outputs: '' });

/** Drives a runner that does with each case what its name says. */
function driveScript(names: string[], { stallMs = 20_000, atStart = '', atEnd = '' } = {}) {
  const dir = tempFolder();
  const script = join(dir, 'runner.cjs');
  writeFileSync(
    script,
    `const names = require('node:fs').readFileSync(process.argv[2], 'utf8').split('\\n').filter(Boolean)
      .map((line) => line.split('\\t')[0]);
    ${atStart}
    for (const name of names) {
      console.log('begin\\t' + name);
      if (name.startsWith('kill')) process.kill(process.pid, 'SIGKILL');
      if (name.startsWith('hang')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      if (name.startsWith('exit')) { console.error('gave up'); process.exit(3); }
      if (name.startsWith('note')) console.log('note\\t' + name + '\\tfirst\\nnote\\t' + name + '\\tsecond');
      console.log('end\\t' + name + (name.startsWith('fail') ? '\\tload\\tCODE\\twhy' : '\\tok\\t\\t'));
    }
    ${atEnd}`,
  );
  return drive((list) => [process.execPath, script, list], names.map(item), { dir, stallMs });
}

const ok = { stage: 'ok', code: '', message: '', notes: [] };

test('drive() reports what each case ended with', async () => {
  const { outcomes, problem } = await driveScript(['a', 'fail', 'note']);
  expect(problem).toBeNull();
  expect([...outcomes]).toEqual([
    ['a', ok],
    ['fail', { stage: 'load', code: 'CODE', message: 'why', notes: [] }],
    ['note', { ...ok, notes: ['first', 'second'] }],
  ]);
});

test('drive() names the cases in which the process dies, and goes on behind them', async () => {
  const { outcomes, problem } = await driveScript(['a', 'kill', 'b', 'exit', 'c', 'kill last']);
  expect(outcomes.get('kill')).toMatchObject({ stage: 'died', code: 'SIGKILL' });
  expect(outcomes.get('exit')).toMatchObject({ stage: 'died', code: 'exit code 3', message: 'gave up\n' });
  expect(outcomes.get('kill last')).toMatchObject({ stage: 'died' });
  for (const name of ['a', 'b', 'c']) expect(outcomes.get(name)).toEqual(ok);
  expect(outcomes.size).toBe(6);
  expect(problem).toBeNull();
});

test('drive() ends a case in which nothing happens any more', async () => {
  const { outcomes, problem } = await driveScript(['a', 'hang', 'b'], { stallMs: 500 });
  expect(outcomes.get('hang')).toMatchObject({ stage: 'died', code: 'no word for 0.5 s' });
  expect(outcomes.get('b')).toEqual(ok);
  expect(problem).toBeNull();
});

test('drive() reports a process that ends badly outside of any case', async () => {
  const atEnd = await driveScript(['a'], { atEnd: "process.kill(process.pid, 'SIGSEGV')" });
  expect(atEnd.problem).toMatch('ended with SIGSEGV outside of any case');
  expect(atEnd.outcomes.get('a')).toEqual(ok);
  const leak = await driveScript(['a'], { atEnd: "throw new Error('bytes are still allocated')" });
  expect(leak.problem).toMatch('bytes are still allocated');
});

test('drive() reports a process that gives up without a word, and the cases that are left', async () => {
  const { outcomes, problem } = await driveScript(['a', 'b'], { atStart: 'names.pop()' });
  expect(problem).toMatch('ended with exit code 0 outside of any case');
  expect([...outcomes.values()].map(({ stage }) => stage)).toEqual(['ok', 'died']);
});

test('drive() reports what it does not understand', async () => {
  expect((await driveScript(['a'], { atEnd: "console.log('what?')" })).problem).toBe('said: what?');
});
