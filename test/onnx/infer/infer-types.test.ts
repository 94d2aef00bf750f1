import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import type { ElementType } from '../../../dist/esm/onnx/graph/element-types.js';
import { inferTypes } from '../../../dist/esm/onnx/infer/infer-types.js';
import { type OnnxModel, onnxModel } from '../../fixtures/onnx-writer.js';

/** Element types of all values that nodes make, by name; those of graphs' outputs are not stated. */
async function typesOf(given: OnnxModel, options = {}) {
  const model = await readModel(onnxModel(given));
  for (const graph of model.graphs()) {
    for (const value of graph.outputs) if (value.producer && !value.name.startsWith('stated')) value.type = undefined;
  }
  const report = await inferTypes(model, options);
  const types: Record<string, ElementType | undefined> = {};
  for (const graph of model.graphs()) {
    for (const value of graph.values) if (value.producer) types[value.name] = value.elementType;
  }
  return { types, unknown: report.unknown.map(({ name }) => name), conflicts: report.conflicts };
}

const x = { name: 'x', type: 'float16', dims: [2] } as const;
const out = (name: string) => ({ name, type: 'float32' }) as const;

describe('inferTypes', () => {
  test('follows inputs, fixed types and attributes', async () => {
    const { types, unknown } = await typesOf({
      inputs: [x],
      outputs: [out('f')],
      nodes: [
        { op: 'Relu', inputs: ['x'], outputs: ['a'] },
        { op: 'Shape', inputs: ['a'], outputs: ['b'] },
        { op: 'Cast', inputs: ['b'], outputs: ['c'], attributes: { to: { int: 11 } } },
        { op: 'TopK', inputs: ['x', 'b'], outputs: ['d', 'e'] },
        { op: 'ConstantOfShape', inputs: ['b'], outputs: ['f'] },
        { op: 'Constant', inputs: [], outputs: ['g'], attributes: { value_ints: { ints: [1] } } },
        { op: 'QuantizeLinear', inputs: ['x', 'x'], outputs: ['h'] },
      ],
    });
    const expected = { a: 'float16', b: 'int64', c: 'float64', d: 'float16', e: 'int64', f: 'float32' };
    expect(types).toEqual({ ...expected, g: 'int64', h: 'uint8' });
    expect(unknown).toEqual([]);
  });

  test('reads an old Cast, which names its type', async () => {
    const { types } = await typesOf({
      opset: 5,
      inputs: [x],
      outputs: [out('b')],
      nodes: [
        { op: 'Cast', inputs: ['x'], outputs: ['a'], attributes: { to: { string: 'DOUBLE' } } },
        { op: 'Cast', inputs: ['x'], outputs: ['b'], attributes: { to: { string: 'INT32' } } },
      ],
    });
    expect(types).toEqual({ a: 'float64', b: 'int32' });
  });

  test('knows nothing behind an operator that it does not know', async () => {
    const { types, unknown } = await typesOf({
      inputs: [x],
      imports: { 'some.domain': 1 },
      outputs: [out('c')],
      nodes: [
        { op: 'Relu', domain: 'some.domain', inputs: ['x'], outputs: ['a'] },
        { op: 'Relu', inputs: ['a'], outputs: ['b'] },
        { op: 'Add', inputs: ['b', 'x'], outputs: ['c'] },
      ],
    });
    expect(types).toEqual({ a: undefined, b: undefined, c: 'float16' });
    expect(unknown).toEqual(['a', 'b']);
  });

  test('looks into branches and loop bodies', async () => {
    const branch = (op: string, name: string) => ({
      graph: { outputs: [out(name)], nodes: [{ op, inputs: ['x'], outputs: [name] }] },
    });
    const body = {
      inputs: [
        { name: 'i', type: 'int64', dims: [] } as const,
        { name: 'go', type: 'bool', dims: [] } as const,
        { name: 's', type: 'float16' } as const,
      ],
      outputs: [{ name: 'go', type: 'bool' } as const, out('s2'), out('each')],
      nodes: [
        { op: 'Neg', inputs: ['s'], outputs: ['s2'] },
        { op: 'Shape', inputs: ['s'], outputs: ['each'] },
      ],
    };
    const { types } = await typesOf({
      inputs: [x, { name: 'c', type: 'bool', dims: [] }],
      outputs: [out('y')],
      nodes: [
        {
          op: 'If',
          inputs: ['c'],
          outputs: ['y'],
          attributes: { then_branch: branch('Neg', 'p'), else_branch: branch('Abs', 'q') },
        },
        {
          op: 'If',
          inputs: ['c'],
          outputs: ['z'],
          attributes: { then_branch: branch('Neg', 'r'), else_branch: branch('Shape', 't') },
        },
        { op: 'Loop', inputs: ['', 'c', 'x'], outputs: ['last', 'all'], attributes: { body: { graph: body } } },
      ],
    });
    expect(types).toMatchObject({
      p: 'float16',
      q: 'float16',
      y: 'float16',
      r: 'float16',
      t: 'int64',
      last: 'float16',
      all: 'int64',
      s2: 'float16',
    });
    // Branches that do not agree.
    expect(types.z).toBeUndefined();
  });

  test('goes through a function for every call, and sets types in it where all agree', async () => {
    const { types } = await typesOf({
      inputs: [x, { name: 'n', type: 'int64', dims: [2] }],
      imports: { own: 1 },
      outputs: [out('b')],
      nodes: [
        { op: 'Both', domain: 'own', inputs: ['x'], outputs: ['a', 'as'] },
        { op: 'Both', domain: 'own', inputs: ['n'], outputs: ['b', 'bs'] },
      ],
      functions: [
        {
          domain: 'own',
          name: 'Both',
          inputs: ['in'],
          outputs: ['same', 'shape'],
          nodes: [
            { op: 'Identity', inputs: ['in'], outputs: ['same'] },
            { op: 'Shape', inputs: ['in'], outputs: ['shape'] },
          ],
        },
      ],
    });
    expect(types).toEqual({ a: 'float16', as: 'int64', b: 'int64', bs: 'int64', same: undefined, shape: 'int64' });
  });

  test('says nothing of a function of which it has not seen every call', async () => {
    const body = { domain: 'own', name: 'F', inputs: ['in'], outputs: ['out'], nodes: [{ op: 'Neg', inputs: ['in'], outputs: ['out'] }] }; // biome-ignore format: short
    const attributes = (i: number) => ({ step: { int: i } });
    // More calls that differ than are followed; the last one is of another type.
    const calls = Array.from({ length: 1100 }, (_, i) => ({ op: 'F', domain: 'own', inputs: [i === 1099 ? 'n' : 'x'], outputs: [`y${i}`], attributes: attributes(i) })); // biome-ignore format: short
    const given = { inputs: [x, { name: 'n', type: 'int64', dims: [2] } as const], imports: { own: 1 }, outputs: [out('y0')] }; // biome-ignore format: short
    const few = await typesOf({ ...given, nodes: calls.slice(0, 10), functions: [body] });
    expect(few.types).toMatchObject({ out: 'float16', y9: 'float16' });
    const many = await typesOf({ ...given, nodes: calls, functions: [body] });
    expect(many.types).toMatchObject({ out: undefined, y9: 'float16', y1099: undefined });
  });

  test('ends where functions call one another in a ring', async () => {
    const calls = (name: string, other: string) => ({
      domain: 'own',
      name,
      inputs: ['in'],
      outputs: ['out'],
      nodes: [
        { op: other, domain: 'own', inputs: ['in'], outputs: ['t'] },
        { op: other, domain: 'own', inputs: ['t'], outputs: ['out'] },
      ],
    });
    const { types } = await typesOf({
      inputs: [x],
      imports: { own: 1 },
      outputs: [out('a')],
      nodes: [{ op: 'A', domain: 'own', inputs: ['x'], outputs: ['a'] }],
      functions: [calls('A', 'B'), calls('B', 'A')],
    });
    expect(types.a).toBeUndefined();
  });

  test.each([
    ['stated', 'float32'],
    ['inferred', 'float16'],
  ] as const)('reports a stated type that is wrong; %s wins', async (conflicts, wins) => {
    const given: OnnxModel = {
      inputs: [x],
      outputs: [out('stated')],
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['stated'] }],
    };
    const found = await typesOf(given, { conflicts });
    expect(found.types).toEqual({ stated: wins });
    expect(found.conflicts).toMatchObject([{ value: { name: 'stated' }, stated: 'float32', inferred: 'float16' }]);
  });

  test('knows the usual operators of ONNX Runtime', async () => {
    const { types, unknown } = await typesOf({
      inputs: [x, { name: 'q', type: 'int8', dims: [2] }],
      imports: { 'com.microsoft': 1 },
      outputs: [out('mean')],
      nodes: [
        { op: 'BiasGelu', domain: 'com.microsoft', inputs: ['x', 'x'], outputs: ['a'] },
        { op: 'SkipLayerNormalization', domain: 'com.microsoft', inputs: ['x', 'x', 'x'], outputs: ['b', 'mean'] },
        { op: 'QLinearAdd', domain: 'com.microsoft', inputs: ['q', 'x', 'q', 'q', 'x', 'q', 'x', 'q'], outputs: ['c'] },
      ],
    });
    expect(types).toEqual({ a: 'float16', b: 'float16', mean: 'float32', c: 'int8' });
    expect(unknown).toEqual([]);
  });

  test('is not led into the depth by sequences of sequences', async () => {
    const nested = Array.from({ length: 20_000 }, (_, i) => ({ op: 'SequenceConstruct', inputs: [`s${i}`], outputs: [`s${i + 1}`] })); // biome-ignore format: short
    const { types } = await typesOf({
      inputs: [x],
      outputs: [out('y')],
      nodes: [
        { op: 'SequenceConstruct', inputs: ['x'], outputs: ['s0'] },
        { op: 'SequenceAt', inputs: ['s0', 'x'], outputs: ['first'] },
        ...nested,
        { op: 'SequenceAt', inputs: ['s20000', 'x'], outputs: ['y'] },
      ],
    });
    expect(types).toMatchObject({ first: 'float16', y: undefined });
  });
});
