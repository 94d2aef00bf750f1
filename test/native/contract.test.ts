import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadAddon } from '../../dist/esm/native/load.js';
import { errorCodes } from '../../lib/errors.js';
import { DemandKind, DemandOutcome, NativeEvent, SubmitMode, SubmitOutcome } from '../../lib/native/contract.js';
import { StatisticsField } from '../../lib/native/numeric-contract.js';
import { MAX_RANK } from '../../lib/tensor/shape.js';
import { tensorTypes } from '../../lib/tensor/types.js';

const addon = loadAddon();
const native = (file: string) => readFileSync(new URL(`../../native/${file}`, import.meta.url), 'utf8');

/** Names and numbers of a C++ enum, `kFooBar = 1` as fooBar: 1; values that are not written count on. */
function readEnum(file: string, name: string): Record<string, number> {
  const body = new RegExp(`enum class ${name}[^{]*\\{([^}]*)\\}`).exec(native(file))?.[1] ?? '';
  const values: Record<string, number> = {};
  let next = 0;
  for (const [, key = '', value] of body.replace(/\/\/.*/g, '').matchAll(/k(\w+)(?:\s*=\s*(\d+))?/g)) {
    next = value === undefined ? next : Number(value);
    values[key.charAt(0).toLowerCase() + key.slice(1)] = next++;
  }
  return values;
}

const numbersOf = (values: object) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => typeof value === 'number'));

describe('the native addon and the library', () => {
  test('have the same error codes in the same order', () => {
    expect(addon.errorCodes).toEqual(errorCodes);
  });

  test('have the same element types in the same order', () => {
    expect(addon.dtypes).toEqual([...tensorTypes]);
  });

  test.each([
    ['binding/mailbox.h', 'Event', NativeEvent],
    ['binding/native_engine.h', 'Mode', SubmitMode],
    ['runtime/residency/residency_table.h', 'DemandKind', DemandKind],
    ['runtime/residency/residency_table.h', 'Outcome', DemandOutcome],
    ['binding/native_engine.cc', 'Outcome', SubmitOutcome],
  ])('number %s: %s alike', (file, name, values) => {
    const found = readEnum(file, name);
    expect(Object.keys(found).length).toBeGreaterThan(1);
    expect(numbersOf(values)).toEqual(found);
  });

  test.each([['core/numeric/float_statistics.h', 'FloatStatistics', StatisticsField]])(
    'number the fields of %s: %s alike',
    (file, name, fields) => {
      const body = new RegExp(`struct ${name} \\{([^}]*)\\}`).exec(native(file))?.[1] ?? '';
      const found = [...body.matchAll(/double (\w+) =/g)].map(([, field = '']) =>
        field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
      );
      expect(found.length).toBeGreaterThan(5);
      expect(numbersOf(fields)).toEqual(Object.fromEntries(found.map((field, i) => [field, i])));
    },
  );

  test('agree about the largest rank', () => {
    const files = ['core/shape.h', 'core/tensor.h', 'binding/port.h', 'binding/native_engine.cc']
      .map(native)
      .join('\n');
    const found = /kMaxRank\s*=\s*(\d+)/.exec(files)?.[1];
    if (found !== undefined) expect(Number(found)).toBe(MAX_RANK);
    const frame = Number(/kFrameSize\s*=\s*(\d+)/.exec(files)?.[1]);
    expect(frame).toBeGreaterThan(MAX_RANK * 100);
  });
});
