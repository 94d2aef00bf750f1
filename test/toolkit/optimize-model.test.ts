import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../dist/esm/onnx/file/write-model.js';
import type { Model } from '../../dist/esm/onnx/graph/model.js';
import { optimizeModel } from '../../dist/esm/toolkit/optimize-model.js';
import { ensureSilero, sileroDir } from '../../scripts/lib/silero.mjs';
import type { OnnxNode } from '../fixtures/onnx-writer.js';
import { rejection } from '../support/failure.js';
import { expectClose, expectSame, float, floats, operators, read, runModel, weights } from '../support/onnx-graphs.js';
import { useOnnxReference } from '../support/onnx-reference.js';
import { realModelNames, useRealModels } from '../support/real-models.js';

const reference = useOnnxReference();
const models = useRealModels();

const given = {
  inputs: [float('x', [1, 1, 2, 2])],
  outputs: [float('y')],
  initializers: [weights('one', [1])],
  nodes: [
    {
      op: 'Constant',
      inputs: [],
      outputs: ['w'],
      attributes: { value: { tensor: { type: 'float32', dims: [1, 1, 1, 1], data: Float32Array.of(2) } } },
    },
    { op: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
    { op: 'BatchNormalization', inputs: ['a', 'one', 'one', 'one', 'one'], outputs: ['b'] },
    { op: 'Identity', inputs: ['b'], outputs: ['c'] },
    { op: 'Relu', inputs: ['c'], outputs: ['d'] },
    { op: 'Relu', inputs: ['c'], outputs: ['e'] },
    { op: 'Add', inputs: ['d', 'e'], outputs: ['y'] },
    { op: 'Neg', inputs: ['c'], outputs: ['dead'] },
  ],
} as const;

test('runs all passes until nothing changes, and reports each', async () => {
  const model = await read(given);
  const { model: better, report } = await optimizeModel(model);
  expect(operators(better)).toEqual(['Conv', 'Relu', 'Add']);
  expect(operators(model)).toHaveLength(8);
  expect(report).toMatchObject({ nodesBefore: 8, nodesAfter: 3, isSettled: true });
  const changed = (name: string) => report.passes.filter(({ pass }) => pass === name).map((entry) => entry.changed);
  expect(changed('fold-batch-norm')).toEqual([1, 0]);
  expect(changed('remove-identity')).toEqual([1, 0]);
  expect(report.passes.every(({ ms }) => ms >= 0)).toBe(true);
  await expectSame(model, better, { x: floats(1, 1, 2, 2) }, 5);
});

test('passes and skip choose; maxRounds ends early', async () => {
  const bytes = await serializeModel(await read(given));
  const { model, report } = await optimizeModel(bytes, {
    passes: ['remove-identity', 'remove-dead'],
    skip: ['remove-dead'],
  });
  expect(operators(model)).toHaveLength(7);
  expect(new Set(report.passes.map(({ pass }) => pass))).toEqual(new Set(['remove-identity']));
  const short = await optimizeModel(bytes, { maxRounds: 1 });
  expect(short.report.isSettled).toBe(false);
});

test.each([
  [{ passes: ['none'] }, 'INVALID_ARGUMENT'],
  [{ maxRounds: 0 }, 'OUT_OF_RANGE'],
  [{ maxFoldedBytes: -1 }, 'OUT_OF_RANGE'],
  [{ loadRunner: 1 }, 'INVALID_ARGUMENT'],
  [{ other: 1 }, 'INVALID_ARGUMENT'],
])('refuses %j with %s', async (options, code) => {
  expect(await rejection(optimizeModel(await read(given), options as never))).toMatchObject({ code });
});

describe.each(realModelNames)('%s', (name) => {
  test('gives the same on real inputs, batch norms aside bit by bit, and passes the checker', async () => {
    const path = models.path(name);
    const [before, exact, all] = [
      await readModel(path),
      await optimizeModel(path, { skip: ['fold-batch-norm'] }),
      await optimizeModel(path),
    ];
    expect(exact.report.isSettled && all.report.isSettled).toBe(true);
    const bytes = await serializeModel(all.model);
    expect(await reference.check(bytes)).toBeNull();
    const [sample] = await models.samples(name);
    const run = (model: Model) => runModel(model, sample?.inputs ?? {}, true);
    const expected = await run(before);
    expectClose(await run(exact.model), expected);
    expectClose(await run(all.model), expected, 4);
    // What was optimised stays as it is, byte by byte.
    expect(Buffer.from(await serializeModel((await optimizeModel(bytes)).model)).equals(Buffer.from(bytes))).toBe(true);
  }, 60_000);
});

test.each(['silero_vad_v5.onnx', 'silero_vad_legacy.onnx'])(
  '%s, with branches and states, gives the same bit by bit',
  async (file) => {
    await ensureSilero();
    const path = join(sileroDir, file);
    const { model, report } = await optimizeModel(path);
    expect(report.nodesAfter).toBeLessThan(report.nodesBefore);
    expect(await reference.check(await serializeModel(model))).toBeNull();
    const before = await readModel(path);
    const sr = { type: 'int64', dims: [], data: BigInt64Array.of(16_000n) } as const;
    const shapes: Record<string, number[]> = { input: [1, 512], state: [2, 1, 128], h: [2, 1, 64], c: [2, 1, 64] };
    const inputs = before.graph.inputs.map(({ name }) => [name, shapes[name] ? floats(...shapes[name]) : sr]);
    const run = (of: Model) => runModel(of, Object.fromEntries(inputs), true);
    expectClose(await run(model), await run(before));
  },
  60_000,
);

test('functions stay functions: what has no effect in them goes, and calls with other types are kept apart', async () => {
  const own = (name: string, nodes: OnnxNode[]) => ({ domain: 'own', name, inputs: ['in'], outputs: ['out'], nodes });
  const call = (name: string, from: string, to: string) => ({ op: name, domain: 'own', inputs: [from], outputs: [to] });
  const model = await read({
    inputs: [float('x', [2, 3])],
    outputs: [float('y', [2, 3]), { name: 'z', type: 'int64', dims: [2] }],
    imports: { own: 1 },
    nodes: [
      call('Twice', 'x', 'a'),
      call('Twice', 'a', 'b'),
      call('Through', 'b', 'y'),
      { op: 'Shape', inputs: ['b'], outputs: ['s'] },
      { op: 'Add', inputs: ['s', 's'], outputs: ['t'] },
      call('Twice', 't', 'z'),
    ],
    functions: [
      own('Twice', [
        { op: 'Identity', inputs: ['in'], outputs: ['i'] },
        { op: 'Cast', inputs: ['i'], outputs: ['c'], attributes: { to: { int: 1 } } },
        { op: 'CastLike', inputs: ['c', 'in'], outputs: ['l'] },
        { op: 'Add', inputs: ['l', 'l'], outputs: ['out'] },
        { op: 'Neg', inputs: ['in'], outputs: ['dead'] },
      ]),
      own('Through', [{ op: 'Identity', inputs: ['in'], outputs: ['out'] }]),
      own('Unused', [{ op: 'Neg', inputs: ['in'], outputs: ['out'] }]),
    ],
  });
  const { model: better, report } = await optimizeModel(model);
  expect(report.isSettled).toBe(true);
  const bodies = better.functions.map(({ name, body }) => [name, body.nodes.map(({ opType }) => opType)]);
  expect(bodies).toEqual([
    ['Twice', ['Cast', 'CastLike', 'Add']],
    ['Through', ['Identity']],
  ]);
  expect(operators(better)).toEqual(['Twice', 'Twice', 'Through', 'Twice']);
  await expectSame(model, better, { x: floats(2, 3) });
  expect(await reference.check(await serializeModel(better))).toBeNull();
});
