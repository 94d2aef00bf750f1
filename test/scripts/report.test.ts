import { expect, test } from 'vitest';
import { countJunit } from '../../scripts/lib/ctest.mjs';
import { closingLine, emptyResult, formatReport, totals } from '../../scripts/lib/report.mjs';
import { parseStageArgs, stageNames } from '../../scripts/lib/stage-args.mjs';
import { countVitest } from '../../scripts/lib/vitest.mjs';

const stages = [
  { ...emptyResult(), name: 'lint', seconds: 1.25, passed: 2, missing: ['clang-tidy (not installed)'] },
  { ...emptyResult(), name: 'ts', seconds: 30, passed: 40, failed: 1, skipped: ['needs a GPU'] },
];

test('closingLine mentions skipped tests only when there are some', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

test('totals counts what did not run as skipped, and as failed in CI', () => {
  expect(totals(stages, { isCi: false })).toEqual({ passed: 42, failed: 1, skipped: 2 });
  expect(totals(stages, { isCi: true })).toEqual({ passed: 42, failed: 3, skipped: 0 });
});

test('formatReport ends with the closing line and names everything that was skipped', () => {
  const text = formatReport(stages, { isCi: false });
  expect(text.split('\n').at(-1)).toBe('42 passed, 1 failed, 2 skipped');
  expect(text).toContain('Skipped by the tests themselves (1):\n  ts: needs a GPU');
  expect(text).toContain('Could not run (1):\n  lint: clang-tidy (not installed)');
});

test.each([
  [[], { stages: stageNames, vitestArgs: [] }],
  [['cpp', 'lint'], { stages: ['lint', 'cpp'], vitestArgs: [] }],
  [['ts', 'test/engine'], { stages: ['ts'], vitestArgs: ['test/engine'] }],
  [['test/engine', 'ts'], { stages: ['ts'], vitestArgs: ['test/engine', 'ts'] }],
])('parseStageArgs of %j', (args, expected) => {
  expect(parseStageArgs(args)).toEqual(expected);
});

test('parseStageArgs refuses arguments that no chosen stage can take', () => {
  expect(() => parseStageArgs(['lint', 'tpyes'])).toThrow(`"tpyes" is neither a stage (${stageNames.join(', ')})`);
});

test('countVitest counts tests, files that cannot be loaded and errors outside of tests', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((test) => ({ status: test, fullName: `a ${test} test` })),
  });
  const good = { testResults: [file('passed', 'passed', 'passed', 'skipped')] };
  expect(countVitest(good, 0)).toEqual({ ...emptyResult(), passed: 2, skipped: ['a skipped test'] });
  expect(countVitest(good, 1).failed).toBe(1);
  expect(countVitest({ testResults: [file('failed', 'failed', 'passed'), file('failed')] }, 1).failed).toBe(2);
  expect(countVitest(null, 1)).toEqual({ ...emptyResult(), failed: 1 });
});

test('countJunit counts by status and never reports success for a failed run', () => {
  const xml = ['run', 'fail', 'notrun'].map((status) => `<testcase name="a.${status}" status="${status}">`).join('\n');
  expect(countJunit(xml, 8)).toEqual({ ...emptyResult(), passed: 1, failed: 1, skipped: ['a.notrun'] });
  expect(countJunit('', 8).failed).toBe(1);
});
