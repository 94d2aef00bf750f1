import { describe, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { upgradeOpset } from '../../../dist/esm/onnx/upgrade/upgrade.js';
import { type OnnxModel, type OnnxNode, onnxModel } from '../../fixtures/onnx-writer.js';
import { useOnnxReference } from '../../support/onnx-reference.js';

const reference = useOnnxReference();

const x = { name: 'x', type: 'float32', dims: ['N', 3] } as const;
const y = { name: 'y', type: 'float32', dims: ['N', 3] } as const;
const model = (opset: number, nodes: OnnxNode[], rest: Partial<OnnxModel> = {}) =>
  onnxModel({ opset, inputs: [x], outputs: [y], nodes, ...rest });
const clip: OnnxNode = {
  op: 'Clip',
  name: 'clip',
  inputs: ['x'],
  outputs: ['y'],
  attributes: { min: { float: -1 }, max: { float: 1 } },
};
const input = { x: { type: 'float32' as const, dims: [1, 3], data: Float32Array.of(-3, 0.5, 3) } };

async function run(bytes: Uint8Array) {
  const runner = await engineRunner(bytes, { optimize: false });
  const { y: result } = await runner.run(input);
  await runner.close();
  return result?.data;
}

describe('upgradeOpset()', () => {
  test('comes to operator set 21 by itself, and tells what it did', async () => {
    const read = await readModel(model(10, [clip], { irVersion: 5 }));
    expect(await upgradeOpset(read)).toEqual({
      from: 10,
      to: 21,
      irVersion: { from: 5, to: 10 },
      changed: [{ node: 'clip', opType: 'Clip', from: 10, to: 21, what: 'min and max are inputs' }],
      kept: 0,
      notes: [],
    });
    expect([read.opset, read.irVersion]).toEqual([21, 10]);
    expect(read.graph.initializers.map(({ name }) => name)).toEqual(['y_min', 'y_max']);
  });

  test('leaves a model alone that is as new or newer', async () => {
    for (const opset of [21, 23]) {
      const bytes = model(opset, [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]);
      const read = await readModel(bytes);
      expect(await upgradeOpset(read)).toMatchObject({ from: opset, to: opset, changed: [] });
      expect(Buffer.compare(await serializeModel(read), bytes)).toBe(0);
    }
  });

  test('raises versions alone where nothing changed, up to the newest', async () => {
    const read = await readModel(model(13, [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }]));
    expect(await upgradeOpset(read, { to: 26 })).toMatchObject({ to: 26, irVersion: { from: 8, to: 13 }, kept: 1 });
    expect(await reference.check(await serializeModel(read))).toBeNull();
  });

  test('goes to an operator set in between', async () => {
    const read = await readModel(model(10, [clip]));
    expect((await upgradeOpset(read, { to: 11 })).changed).toHaveLength(1);
    expect((await upgradeOpset(read, { to: 12 })).changed).toEqual([]);
    expect(read.opset).toBe(12);
  });

  test('rejects options that are none', async () => {
    const read = await readModel(model(10, [clip]));
    await expect(upgradeOpset(read, { to: 6 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(upgradeOpset(read, { to: 27 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
    await expect(upgradeOpset(read, { target: 21 } as object)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(upgradeOpset(read, { to: 9 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { from: 10, to: 9 },
    });
  });

  test('takes initialisers out of the inputs where an old file had to list them', async () => {
    const scale = { name: 'scale', type: 'float32', dims: [], data: Float32Array.of(2) } as const;
    const bytes = model(8, [{ op: 'Mul', inputs: ['x', 'scale'], outputs: ['y'] }], {
      irVersion: 3,
      inputs: [x, { name: 'scale', type: 'float32', dims: [] }],
      initializers: [scale],
    });
    const read = await readModel(bytes);
    await upgradeOpset(read);
    expect(read.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(await run(await serializeModel(read))).toEqual(await run(bytes));
  });

  test('leaves defaults of inputs alone where the file means them', async () => {
    const scale = { name: 'scale', type: 'float32', dims: [], data: Float32Array.of(2) } as const;
    const bytes = model(10, [{ op: 'Mul', inputs: ['x', 'scale'], outputs: ['y'] }], {
      irVersion: 4,
      inputs: [x, { name: 'scale', type: 'float32', dims: [] }],
      initializers: [scale],
    });
    const read = await readModel(bytes);
    await upgradeOpset(read);
    expect(read.graph.inputs.map(({ name }) => name)).toEqual(['x', 'scale']);
  });

  test('leaves other domains alone', async () => {
    const node = { ...clip, domain: 'some.domain' };
    const read = await readModel(model(10, [node], { imports: { 'some.domain': 1 } }));
    expect(await upgradeOpset(read)).toMatchObject({ changed: [], kept: 0 });
    expect(read.opsets.get('some.domain')).toBe(1);
    expect([...(read.graph.nodes[0]?.attributes.keys() ?? [])]).toEqual(['min', 'max']);
  });

  test('takes out a mask of Dropout that nothing uses, since its type has changed', async () => {
    const read = await readModel(model(9, [{ op: 'Dropout', inputs: ['x'], outputs: ['y', 'mask'] }]));
    const { changed } = await upgradeOpset(read);
    expect(changed).toMatchObject([{ opType: 'Dropout', what: 'the mask that nothing used is gone' }]);
    expect(await reference.check(await serializeModel(read))).toBeNull();
  });
});

describe('functions', () => {
  const call: OnnxNode = { op: 'Own', domain: 'own', inputs: ['x'], outputs: ['y'] };
  const own = (nodes: OnnxNode[], rest = {}) => ({
    functions: [{ domain: 'own', name: 'Own', inputs: ['a'], outputs: ['b'], nodes, ...rest }],
    imports: { own: 1 },
  });

  test('are upgraded with the model, without initialisers', async () => {
    const bytes = model(10, [call], own([{ ...clip, inputs: ['a'], outputs: ['b'] }]));
    const read = await readModel(bytes);
    await upgradeOpset(read);
    const body = read.functions[0]?.body;
    expect(body?.nodes.map(({ opType }) => opType)).toEqual(['Constant', 'Constant', 'Clip']);
    expect(body?.initializers).toEqual([]);
    expect(read.functions[0]?.opsets.get('')).toBe(21);
    expect(await run(await serializeModel(read))).toEqual(Float32Array.of(-1, 0.5, 1));
  });

  test('that are older than the model are upgraded alone', async () => {
    const bytes = model(21, [call], own([{ ...clip, inputs: ['a'], outputs: ['b'] }], { opset: 10 }));
    const read = await readModel(bytes);
    expect(await upgradeOpset(read)).toMatchObject({ from: 21, to: 21, changed: [{ from: 10, to: 21 }] });
    expect(await run(await serializeModel(read))).toEqual(Float32Array.of(-1, 0.5, 1));
  });

  test('keep taking attributes from their callers', async () => {
    const attributes = { min: { ref: 'low', type: 1 }, max: { float: 1 } };
    const bytes = model(
      10,
      [{ ...call, attributes: { low: { float: -0.25 } } }],
      own([{ ...clip, inputs: ['a'], outputs: ['b'], attributes }], { attributes: ['low'] }),
    );
    const read = await readModel(bytes);
    await upgradeOpset(read);
    const upgraded = await serializeModel(read);
    expect(await reference.check(upgraded)).toBeNull();
    expect(await run(upgraded)).toEqual(Float32Array.of(-0.25, 0.5, 1));
  });

  test('that are called with several types get scalars of each', async () => {
    const cast = (from: string, to: string, type: number): OnnxNode => ({
      op: 'Cast',
      inputs: [from],
      outputs: [to],
      attributes: { to: { int: type } },
    });
    const bytes = model(
      10,
      [
        cast('x', 'half', 10),
        { ...call, inputs: ['half'], outputs: ['halfY'] },
        cast('halfY', 'again', 1),
        { ...call, inputs: ['again'] },
      ],
      own([{ ...clip, inputs: ['a'], outputs: ['b'] }]),
    );
    const read = await readModel(bytes);
    await upgradeOpset(read);
    expect(read.functions[0]?.body.nodes.map(({ opType }) => opType)).toContain('CastLike');
    expect(await run(await serializeModel(read))).toEqual(Float32Array.of(-1, 0.5, 1));
  });

  test("of ONNX's own domain hide the operator of their name", async () => {
    const bytes = model(10, [clip], {
      functions: [{ domain: '', name: 'Clip', inputs: ['a'], outputs: ['b'], attributes: ['min', 'max'], nodes: [] }],
    });
    const read = await readModel(bytes);
    expect(await upgradeOpset(read)).toMatchObject({ changed: [] });
  });
});
