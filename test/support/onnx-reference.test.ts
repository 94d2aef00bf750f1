import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { startOnnxReference, useOnnxReference } from './onnx-reference.js';
import { tempFolder } from './temp-folder.js';

const reference = useOnnxReference();
const value = (name: string, type: 'float32' | 'float16' | 'bfloat16' = 'float32') => ({ name, type, dims: ['N', 3] });
const f32 = (...data: number[]) => ({
  type: 'float32' as const,
  data: Float32Array.from(data),
  dims: [1, data.length],
});

/** y = Clip(x, -1, 1) as it was before operator set 11: the limits are attributes. */
const oldClip = onnxModel({
  opset: 10,
  inputs: [value('x')],
  outputs: [value('y')],
  nodes: [
    { op: 'Clip', name: 'clip', inputs: ['x'], outputs: ['y'], attributes: { min: { float: -1 }, max: { float: 1 } } },
  ],
});

/** y = x · 1.001, of a low type inside. */
const scaled = (type: 'float16' | 'bfloat16', bits: number) =>
  onnxModel({
    opset: 21,
    irVersion: 10,
    inputs: [value('x')],
    outputs: [value('y')],
    initializers: [{ name: 'scale', type, dims: [], data: Uint16Array.of(bits) }],
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['low'], attributes: { to: { int: type === 'float16' ? 10 : 16 } } },
      { op: 'Mul', inputs: ['low', 'scale'], outputs: ['product'] },
      { op: 'Mul', inputs: ['product', 'scale'], outputs: ['square'] },
      { op: 'Cast', inputs: ['square'], outputs: ['y'], attributes: { to: { int: 1 } } },
    ],
  });

test('versions() are the pinned ones', async () => {
  expect(await reference.versions()).toEqual({ onnx: '1.21.0', onnxruntime: '1.30.0', numpy: '2.3.5' });
});

describe('check()', () => {
  test('finds nothing in a good model, given as bytes or as a file', async () => {
    const file = join(tempFolder(), 'good.onnx');
    writeFileSync(file, identity());
    expect(await reference.check(identity())).toBeNull();
    expect(await reference.check(file)).toBeNull();
  });

  test('names what a bad model lacks', async () => {
    const dangling = onnxModel({
      inputs: [value('x')],
      outputs: [value('y')],
      nodes: [{ op: 'Relu', name: 'bad', inputs: ['nowhere'], outputs: ['y'] }],
    });
    expect(await reference.check(dangling)).toMatch(/nowhere/);
  });

  test('infers shapes only when asked for all', async () => {
    const contradiction = onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [2, 3] }],
      outputs: [{ name: 'y', type: 'float32', dims: [4, 5] }],
      nodes: [{ op: 'Relu', inputs: ['x'], outputs: ['y'] }],
    });
    expect(await reference.check(contradiction, { full: false })).toBeNull();
    expect(await reference.check(contradiction)).toMatch(/inferred|dimension/i);
  });

  test('rejects what is no model, and goes on', async () => {
    await expect(reference.check(Buffer.from('not a model'))).resolves.toMatch(/pars/i);
    await expect(reference.describe('/does/not/exist.onnx')).rejects.toThrow(/FileNotFoundError/);
    expect(await reference.check(identity())).toBeNull();
  });
});

test('infer() gives types and shapes of all values', async () => {
  const model = onnxModel({
    inputs: [value('x')],
    outputs: [{ name: 'y', type: 'int64', dims: [1] }],
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: { ints: [1, 0] } } },
      { op: 'Shape', inputs: ['t'], outputs: ['y'], attributes: { end: { int: 1 } } },
    ],
  });
  expect(await reference.infer(model)).toEqual({
    x: { type: 'float32', dims: ['N', 3] },
    t: { type: 'float32', dims: [3, 'N'] },
    y: { type: 'int64', dims: [1] },
  });
});

test('convert() brings a model to another operator set, which computes the same', async () => {
  const output = join(tempFolder(), 'converted.onnx');
  await reference.convert(oldClip, 13, output);
  const { opsets, nodes } = await reference.describe(output);
  expect(opsets).toEqual({ '': 13 });
  expect(nodes.find(({ opType }) => opType === 'Clip')).toMatchObject({ name: 'clip', attributes: [] });
  const inputs = { x: f32(-3, 0.5, 3) };
  expect(await reference.run(output, inputs)).toEqual(await reference.run(oldClip, inputs));
});

describe('run()', () => {
  test('gives the outputs by name, from tensors as from a .npz file', async () => {
    const { y } = await reference.run(oldClip, { x: f32(-3, 0.5, 3) }, { optimise: 'none' });
    expect(y).toEqual({ type: 'float32', dims: [1, 3], data: Float32Array.of(-1, 0.5, 1) });
    await expect(reference.runNpz(oldClip, '/does/not/exist.npz', 'out.npz')).rejects.toThrow(/exist\.npz/);
  });

  test('with `every` gives what is in between, too', async () => {
    const outputs = await reference.run(scaled('float16', 0x3c01), { x: f32(1, 2, 3) }, { every: true });
    expect(Object.keys(outputs).sort()).toEqual(['low', 'product', 'square', 'y']);
    expect(outputs['low']).toEqual({ type: 'float16', dims: [1, 3], data: Uint16Array.of(0x3c00, 0x4000, 0x4200) });
  });

  test('carries bfloat16', async () => {
    const x = { type: 'bfloat16' as const, dims: [1, 3], data: Uint16Array.of(0x3f80, 0x4000, 0xc040) };
    const model = identity('bfloat16');
    const cast = onnxModel({
      inputs: [value('x', 'bfloat16')],
      outputs: [value('y')],
      nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attributes: { to: { int: 1 } } }],
    });
    expect(await reference.check(model)).toBeNull();
    expect((await reference.run(cast, { x }))['y']?.data).toEqual(Float32Array.of(1, 2, -3));
  });

  test('that is late ends the program; what follows is told so', async () => {
    const own = await startOnnxReference();
    await expect(own.run(oldClip, { x: f32(0, 0, 0) }, { timeoutMs: 1 })).rejects.toThrow(/longer than 1 ms/);
    await expect(own.versions()).rejects.toThrow(/longer than 1 ms/);
    await own.close();
  });
});

test('precisions() counts nodes by the types of their results', async () => {
  const model = onnxModel({
    opset: 21,
    irVersion: 10,
    inputs: [value('x')],
    outputs: [value('y'), { name: 'shape', type: 'int64', dims: [2] }],
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['wide'] },
      { op: 'Cast', inputs: ['wide'], outputs: ['low'], attributes: { to: { int: 10 } } },
      { op: 'Relu', inputs: ['low'], outputs: ['low2'] },
      { op: 'Shape', inputs: ['low2'], outputs: ['s'] },
      { op: 'Identity', inputs: ['s'], outputs: ['shape'] },
      { op: 'Cast', inputs: ['low2'], outputs: ['y'], attributes: { to: { int: 1 } } },
    ],
  });
  const counts = { nodes: 6, wide: 1, low: 2, other: 1, casts: 2, constants: 0, wideOps: { Relu: 1 } };
  expect(await reference.precisions(model)).toEqual(counts);
});

test('reserialize() compares bytes', async () => {
  expect(await reference.reserialize(oldClip)).toMatchObject({ equal: true, bytes: oldClip.length });
  // The same field twice: a reader takes the last, and a writer writes it once.
  const twice = Buffer.concat([oldClip, Buffer.from([0x08, 8])]);
  expect(await reference.reserialize(twice)).toEqual({ equal: false, bytes: twice.length, written: oldClip.length });
});

test('describe() goes into the graphs of nodes', async () => {
  const { nodes, inputs } = await reference.describe(ifModel());
  expect(inputs).toEqual([
    { name: 'c', type: 'bool', dims: [] },
    { name: 'x', type: 'float32', dims: ['N', 3] },
  ]);
  expect(nodes[0]?.attributes[0]?.graphs?.[0]?.[0]).toMatchObject({ opType: 'Identity', inputs: ['x'] });
});

describe('emulate()', () => {
  // 1 + 2^-10 in float16, 1 + 2^-7 in bfloat16: the square needs a bit that the type has not.
  test.each([
    { type: 'float16' as const, bits: 0x3c01, step: 2 ** -10 },
    { type: 'bfloat16' as const, bits: 0x3f81, step: 2 ** -7 },
  ])('rounds $type behind every operator', async ({ type, bits, step }) => {
    const output = join(tempFolder(), 'emulated.onnx');
    await reference.emulate(scaled(type, bits), output);
    expect(await reference.check(output)).toBeNull();
    const { nodes } = await reference.describe(output);
    expect(nodes.filter(({ opType }) => opType === 'Cast').length).toBeGreaterThanOrEqual(6);
    for (const optimise of ['none', 'all'] as const) {
      const { y } = await reference.run(output, { x: f32(1, 1, 1 + step / 4) }, { optimise });
      expect(y?.data).toEqual(new Float32Array(3).fill(1 + 2 * step));
    }
  });

  test('keeps the types of inputs and outputs', async () => {
    const output = join(tempFolder(), 'emulated.onnx');
    const low = onnxModel({
      opset: 21,
      irVersion: 10,
      inputs: [value('x', 'float16')],
      outputs: [value('y', 'float16')],
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
    });
    await reference.emulate(low, output);
    const x = { type: 'float16' as const, dims: [1, 3], data: Uint16Array.of(0x3c00, 0x4000, 0xc200) };
    const { y } = await reference.run(output, { x });
    expect(y).toEqual({ type: 'float16', dims: [1, 3], data: Uint16Array.of(0x4000, 0x4400, 0xc600) });
  });

  test('with `wideIo` takes and gives float32, rounded', async () => {
    const output = join(tempFolder(), 'emulated.onnx');
    await reference.emulate(identity('bfloat16', ['N', 3]), output, { wideIo: true });
    const { y } = await reference.run(output, { x: f32(1 + 2 ** -7, 1 + 2 ** -10, 3) });
    expect(y).toEqual(f32(1 + 2 ** -7, 1, 3));
  });

  test('refuses graphs in nodes', async () => {
    await expect(reference.emulate(ifModel(), join(tempFolder(), 'no.onnx'))).rejects.toThrow(/cannot be emulated/);
  });
});

function ifModel() {
  const branch = { outputs: [value('z')], nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['z'] }] };
  const attributes = { then_branch: { graph: branch }, else_branch: { graph: branch } };
  return onnxModel({
    inputs: [{ name: 'c', type: 'bool', dims: [] }, value('x')],
    outputs: [value('y')],
    nodes: [{ op: 'If', inputs: ['c'], outputs: ['y'], attributes }],
  });
}
