import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { irVersionFor, NEWEST_OPSET, OLDEST_OPSET } from '../../../dist/esm/onnx/upgrade/ir-version.js';
import { upgradeSteps } from '../../../dist/esm/onnx/upgrade/table.js';
import { ensureOnnxReference } from '../../../scripts/lib/reference/environments.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { onlyMoreOptions, onlyMoreTypes, otherwiseCompatible } from './compatible.js';

interface Change {
  operator: string;
  since: number;
  differences: string[];
}

/** ONNX's own record of its operators. */
let history: { newest: number; changes: Change[]; irVersions: Record<string, number> };

beforeAll(async () => {
  const { python } = await ensureOnnxReference((await findTools()).tools.python);
  const program = fileURLToPath(new URL('operator_history.py', import.meta.url));
  history = JSON.parse(execFileSync(python, [program], { encoding: 'utf8' }));
}, 300_000);

const keyOf = ({ operator, since }: Change) => `${operator}:${since}`;
const stepKeys = upgradeSteps.map(({ opType, since }) => `${opType}:${since}`);

/** "Add:13,14 Sub:13" as "Add:13", "Add:14", "Sub:13". */
function keysOf(list: string): string[] {
  return list
    .trim()
    .split(/\s+/)
    .flatMap((entry) => {
      const [operator, versions = ''] = entry.split(':');
      return versions.split(',').map((version) => `${operator}:${version}`);
    });
}

/** Changes that neither a step brings over nor a list explains. */
function unexplained(steps: readonly string[]): string[] {
  const known = new Set([
    ...steps,
    ...keysOf(onlyMoreTypes),
    ...keysOf(onlyMoreOptions),
    ...Object.keys(otherwiseCompatible),
  ]);
  return history.changes.map(keyOf).filter((key) => !known.has(key));
}

describe('every change of an operator since operator set 7', () => {
  test('is brought over by a step or known to be compatible', () => {
    expect(history.changes.length).toBeGreaterThan(340);
    expect(unexplained(stepKeys)).toEqual([]);
  });

  test('would be missed if a step were taken away', () => {
    expect(unexplained(stepKeys.filter((key) => key !== 'Clip:11'))).toEqual(['Clip:11']);
  });

  test('is named once, and happened', () => {
    const all = [
      ...stepKeys,
      ...keysOf(onlyMoreTypes),
      ...keysOf(onlyMoreOptions),
      ...Object.keys(otherwiseCompatible),
    ];
    expect(all.filter((key, i) => all.indexOf(key) !== i)).toEqual([]);
    const happened = new Set(history.changes.map(keyOf));
    expect(all.filter((key) => !happened.has(key))).toEqual([]);
  });

  test('that is said to bring no more than types brings none in the schemas', () => {
    const types = new Set([...keysOf(onlyMoreTypes), ...Object.keys(otherwiseCompatible)]);
    const wrong = history.changes.filter((change) => types.has(keyOf(change)) && change.differences.length > 0);
    // Of the mask of Dropout the reason is in the list.
    expect(wrong.map(keyOf).filter((key) => !['Dropout:10', 'Cast:24'].includes(key))).toEqual([]);
  });

  test('that is said to bring no more than options brings only those', () => {
    const options = new Set(keysOf(onlyMoreOptions));
    const wrong = history.changes.filter(
      (change) => options.has(keyOf(change)) && !change.differences.every((text) => /^(new|may lack) /.test(text)),
    );
    expect(wrong).toEqual([]);
  });
});

test('the newest operator set and the IR versions are those of ONNX', () => {
  expect(NEWEST_OPSET).toBe(history.newest);
  for (let opset = OLDEST_OPSET; opset <= NEWEST_OPSET; opset++) {
    expect([opset, irVersionFor(opset)]).toEqual([opset, history.irVersions[opset]]);
  }
});
