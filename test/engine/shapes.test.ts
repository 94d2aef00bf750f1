import { describe, expect, test } from 'vitest';
import { addTwo, identity, matmul16, nonZero, scalar } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';

describe('run()', () => {
  test('takes and returns scalars', async () => {
    const engine = await load(scalar());
    const { y } = await engine.run({ a: f32([1.5], []), b: f32([2], []) });
    expect(y).toMatchObject({ dims: [], data: Float32Array.of(3.5) });
  });

  test('computes what the model says', async () => {
    const engine = await load(matmul16());
    const a = f32(
      Array.from({ length: 256 }, (_, i) => i % 7),
      [16, 16],
    );
    const expected = Array.from(a.data, (value, i) => value * ((i % 16) + 1));
    expect(numbers(await engine.run({ a }), 'y')).toEqual(expected);
    expect(numbers(engine.runSync({ a }), 'y')).toEqual(expected);
  });

  test('takes other sizes of a symbolic dimension from run to run', async () => {
    const engine = await load(identity());
    for (const rows of [1, 3, 100, 2, 0, 1]) {
      const values = Array.from({ length: rows * 4 }, (_, i) => i + rows);
      const { y } = await engine.run({ x: f32(values, [rows, 4]) });
      expect(y?.dims).toEqual([rows, 4]);
      expect(Array.from(y?.data as Float32Array)).toEqual(values);
    }
  });

  test('takes any rank where the model gives none', async () => {
    const model = onnxModel({
      inputs: [{ name: 'x', type: 'float32' }],
      outputs: [{ name: 'y', type: 'float32' }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    });
    const engine = await load(model);
    for (const dims of [[], [6], [2, 3], [1, 2, 1, 3, 1]]) {
      const count = dims.reduce((product, dim) => product * dim, 1);
      const { y } = await engine.run({
        x: f32(
          Array.from({ length: count }, (_, i) => i),
          dims,
        ),
      });
      expect(y?.dims).toEqual(dims);
    }
  });

  test('returns shapes that only the data decides', async () => {
    const engine = await load(nonZero());
    for (const [x, expected] of [
      [
        [0, 5, 0, 7],
        [1n, 3n],
      ],
      [[0, 0], []],
      [[1], [0n]],
    ] as const) {
      const { indices } = await engine.run({ x: f32(x) });
      expect(indices?.dims).toEqual([1, expected.length]);
      expect(Array.from(indices?.data as BigInt64Array)).toEqual(expected);
    }
  });

  test('takes several inputs in any order of their names', async () => {
    const engine = await load(addTwo());
    const a = f32([10, 20]);
    const b = f32([1, 2]);
    for (const inputs of [
      { a, b },
      { b, a },
    ]) {
      const result = await engine.run(inputs);
      expect(numbers(result, 'sum')).toEqual([11, 22]);
      expect(numbers(result, 'difference')).toEqual([9, 18]);
    }
  });

  test('takes inputs from an object with a null prototype and from a class', async () => {
    class Inputs {
      a = f32([1]);
      b = f32([2]);
      get sum() {
        return 3;
      }
    }
    const engine = await load(addTwo());
    expect(numbers(await engine.run({ ...new Inputs() }), 'sum')).toEqual([3]);
    expect(numbers(await engine.run(Object.assign(Object.create(null), { a: f32([1]), b: f32([2]) })), 'sum')).toEqual([
      3,
    ]);
    expect(numbers(await engine.run(new Inputs() as never), 'sum')).toEqual([3]);
  });

  test.each(['constructor', 'toString', '__proto__'])(
    'takes %s as the name of an input and an output',
    async (name) => {
      const model = onnxModel({
        inputs: [{ name, type: 'float32', dims: [1] }],
        outputs: [
          { name: `${name}2`, type: 'float32', dims: [1] },
          { name: 'valueOf', type: 'float32', dims: [1] },
        ],
        nodes: [
          { op: 'Neg', inputs: [name], outputs: [`${name}2`] },
          { op: 'Identity', inputs: [name], outputs: ['valueOf'] },
        ],
      });
      const engine = await load(model);
      await expect(engine.run({})).rejects.toEqual(failure('INVALID_ARGUMENT'));
      const inputs = Object.fromEntries([[name, f32([5])]]);
      expect(numbers(await engine.run(inputs), 'valueOf')).toEqual([5]);
    },
  );

  test('does not take what objects inherit for a tensor of into', async () => {
    const model = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1] }],
      outputs: [{ name: 'constructor', type: 'float32', dims: [1] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['constructor'] }],
    });
    const result = await (await load(model)).run({ x: f32([5]) }, { into: {} });
    expect(numbers(result, 'constructor')).toEqual([5]);
  });

  test('returns an output named __proto__ as an own property', async () => {
    const model = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [1] }],
      outputs: [{ name: '__proto__', type: 'float32', dims: [1] }],
      nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['__proto__'] }],
    });
    const result = await (await load(model)).run({ x: f32([5]) });
    expect(Object.getOwnPropertyNames(result)).toEqual(['__proto__']);
  });

  test('returns the outputs that were asked for, in that order', async () => {
    const engine = await load(addTwo());
    const inputs = { a: f32([10]), b: f32([1]) };
    for (const outputs of [['difference'], ['sum'], ['difference', 'sum'], ['sum', 'difference']]) {
      for (const result of [await engine.run(inputs, { outputs }), engine.runSync(inputs, { outputs })]) {
        expect(Object.keys(result)).toEqual(outputs);
        if (result['sum']) expect(numbers(result, 'sum')).toEqual([11]);
        if (result['difference']) expect(numbers(result, 'difference')).toEqual([9]);
      }
    }
  });
});
