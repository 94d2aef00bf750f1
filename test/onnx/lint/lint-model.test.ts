import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { lintModel } from '../../../dist/esm/onnx/lint/lint-model.js';
import type { LintOptions } from '../../../dist/esm/onnx/lint/options.js';
import { failure, rejection } from '../../support/failure.js';
import { tempFolder } from '../../support/temp-folder.js';
import { floats, model, node, relu, value } from './models.js';

/** 128 KiB with a NaN among them: more than stays in memory. */
const largeWithNan = () =>
  model([node('Add', ['x', 'w'], ['y'])], {
    inputs: [value('x', 'float32', ['N', 32768])],
    outputs: [value('y', 'float32', ['N', 32768])],
    initializers: [floats('w', [Number.NaN, ...Array<number>(32767).fill(1)])],
  });
const faulty = () =>
  model([node('Det', ['x'], ['y'])], {
    initializers: [floats('spare', [1])],
    inputs: [value('x', 'float32', [null, 4])],
  });
const rulesOf = async (source: Parameters<typeof lintModel>[0], options?: LintOptions) =>
  (await lintModel(source, options)).map(({ rule }) => rule);

describe('lintModel()', () => {
  test('takes a path, a file URL, bytes and a model alike', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, faulty());
    const expected = await lintModel(faulty());
    expect(expected.length).toBeGreaterThan(2);
    for (const source of [path, pathToFileURL(path), await readModel(path)])
      expect(await lintModel(source)).toEqual(expected);
  });

  test('leaves a model that is given as it is', async () => {
    const read = await readModel(faulty());
    await lintModel(read, { deep: true });
    expect(Buffer.compare(await serializeModel(read), faulty())).toBe(0);
  });

  test('gives errors first, then warnings, then what is to be known', async () => {
    const severities = (await lintModel(faulty())).map(({ severity }) => severity);
    expect([...severities].sort((a, b) => 'error warning info'.indexOf(a) - 'error warning info'.indexOf(b))).toEqual(
      severities,
    );
    expect(new Set(severities).size).toBeGreaterThan(1);
  });

  test('for: leaves out what matters to others, and says for whom the rest does', async () => {
    expect(await rulesOf(faulty(), { for: ['tensorrt'] })).toContain('tensorrt-operator');
    expect(await rulesOf(faulty(), { for: ['cpu', 'onnx'] })).not.toContain('tensorrt-operator');
    const [finding] = await lintModel(faulty(), { for: ['tensorrt-rtx', 'cpu'] });
    expect(finding).toMatchObject({ rule: 'tensorrt-operator', for: ['tensorrt-rtx'] });
  });

  test('rules: turns rules off, or gives what they find another severity', async () => {
    expect(await rulesOf(faulty(), { rules: { 'unnamed-dim': 'off' } })).not.toContain('unnamed-dim');
    const findings = await lintModel(faulty(), { rules: { 'unnamed-dim': 'error', 'tensorrt-operator': 'info' } });
    const severityOf = (rule: string) => findings.find((finding) => finding.rule === rule)?.severity;
    expect([severityOf('unnamed-dim'), severityOf('tensorrt-operator')]).toEqual(['error', 'info']);
  });

  test('deep: reads large weights, which it leaves alone otherwise', async () => {
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, largeWithNan());
    expect(await rulesOf(path)).not.toContain('non-finite-weight');
    expect(await rulesOf(path, { deep: true })).toContain('non-finite-weight');
  });

  test('maxPerRule: lists so many of each rule, and tells how many there are beyond', async () => {
    const spares = Array.from({ length: 30 }, (_, i) => floats(`w${i}`, [1]));
    const findings = await lintModel(model([relu], { initializers: spares }), { maxPerRule: 10 });
    expect(findings).toHaveLength(11);
    expect(findings.at(-1)).toMatchObject({ rule: 'unused-initializer', message: '20 more findings of this rule' });
  });

  test('names the branch or function that a node is in', async () => {
    const branches = model(
      [
        node('If', ['c'], ['y'], {
          attributes: {
            then_branch: { graph: { name: 'yes', nodes: [node('Det', ['x'], ['p'])], outputs: [value('p')] } },
            else_branch: { graph: { name: '', nodes: [node('Det', ['x'], ['q'])], outputs: [value('q')] } },
          },
        }),
      ],
      { inputs: [value('x'), value('c', 'bool', [])] },
    );
    const graphs = (await lintModel(branches, { for: ['tensorrt'] })).map(({ graph }) => graph);
    expect(graphs).toEqual(['yes', "of If 'y'"]);
    const withFunction = model([node('F', ['x'], ['y'], { domain: 'acme' })], {
      imports: { acme: 1 },
      functions: [{ domain: 'acme', name: 'F', inputs: ['a'], outputs: ['b'], nodes: [node('Det', ['a'], ['b'])] }],
    });
    expect(await lintModel(withFunction, { for: ['tensorrt'] })).toMatchObject([{ graph: 'function acme.F' }]);
  });

  test.each([
    [{ for: [] }, 'INVALID_ARGUMENT', 'options.for'],
    [{ for: ['gpu'] }, 'INVALID_ARGUMENT', 'options.for[0]'],
    [{ rules: { 'no-such-rule': 'off' } }, 'INVALID_ARGUMENT', 'options.rules.no-such-rule'],
    [{ rules: { cycle: 'fatal' } }, 'INVALID_ARGUMENT', 'options.rules.cycle'],
    [{ deep: 1 }, 'INVALID_ARGUMENT', 'options.deep'],
    [{ maxPerRule: 0 }, 'OUT_OF_RANGE', 'options.maxPerRule'],
    [{ maximum: 3 }, 'INVALID_ARGUMENT', 'options.maximum'],
  ])('refuses %j', async (options, code, option) => {
    expect(await rejection(lintModel(model([relu]), options as LintOptions))).toEqual(failure(code, { option }));
  });

  test('rejects where there is no file, and reports one that is no model', async () => {
    const path = join(tempFolder(), 'model.onnx');
    expect(await rejection(lintModel(path))).toEqual(failure('MODEL_INVALID', { reason: 'not-found' }));
    writeFileSync(path, 'no model, but a text of some length');
    expect(await lintModel(path)).toMatchObject([{ rule: 'unreadable', severity: 'error' }]);
  });
});
