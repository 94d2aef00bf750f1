// Real models: what is inferred holds for every tensor that ONNX Runtime makes of real inputs, names of sizes included.

import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import type { Dim } from '../../../dist/esm/onnx/graph/value-type.js';
import { inferShapes } from '../../../dist/esm/onnx/infer/infer-shapes.js';
import { inferTypes } from '../../../dist/esm/onnx/infer/infer-types.js';
import { givenInputs, ShapeInference } from '../../../dist/esm/onnx/infer/shape-inference.js';
import { Walk } from '../../../dist/esm/onnx/infer/walk.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { realModelNames, useRealModels } from '../../support/real-models.js';

const reference = useOnnxReference();
const models = useRealModels();

async function stripped(path: string) {
  const model = await readModel(path);
  for (const graph of model.graphs()) for (const value of graph.values) if (value.producer) value.type = undefined;
  return model;
}

describe.each(realModelNames)('%s', (name) => {
  test('element types are those of onnx.shape_inference', async () => {
    const model = await stripped(models.path(name));
    const { unknown } = await inferTypes(model);
    const expected = await reference.infer(models.path(name));
    const types = [...model.graph.values]
      .filter(({ name: of }) => expected[of]?.type)
      .map((value) => [value.name, value.elementType]);
    expect(types).toEqual(types.map(([of]) => [of, expected[of as string]?.type]));
    expect(unknown).toEqual([]);
  });

  test('inferShapes knows every size that onnx.shape_inference knows, and no other one', async () => {
    const model = await stripped(models.path(name));
    await inferShapes(model);
    const expected = await reference.infer(models.path(name));
    const less: string[] = [];
    for (const { name: of, dims } of model.graph.values) {
      const other = expected[of]?.dims;
      if (!other) continue;
      const isLess = other.some((dim, i) => typeof dim === 'number' && dims?.[i] !== dim);
      if (isLess || dims?.length !== other.length) less.push(`${of}: [${dims}], onnx: [${other}]`);
    }
    expect(less).toEqual([]);
  });

  test('what is inferred holds in a run, sizes without a number being the same wherever they are said to be', async () => {
    const model = await stripped(models.path(name));
    const walk = new Walk(model, new ShapeInference('inferred', givenInputs(new Map())));
    await walk.run();
    const [sample] = await models.samples(name);
    const inputs = sample?.inputs ?? {};
    const made = await reference.run(models.path(name), inputs, { every: true, optimise: 'none' });
    const sizes = new Map<Dim, number>();
    const wrong: string[] = [];
    let compared = 0;
    for (const value of model.graph.values) {
      const fact = walk.facts.get(value);
      const actual = (made[value.name] ?? inputs[value.name])?.dims;
      if (!actual || fact?.kind !== 'tensor' || !fact.dims) continue;
      compared++;
      if (fact.dims.length !== actual.length)
        wrong.push(`${value.name}: rank ${fact.dims.length}, is ${actual.length}`);
      for (const [i, dim] of fact.dims.entries()) {
        const size = actual[i] as number;
        const expected = typeof dim === 'number' ? dim : (sizes.get(dim) ?? size);
        sizes.set(dim, expected);
        if (size !== expected) wrong.push(`${value.name}: size ${i} is ${size}, expected ${dim} = ${expected}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  }, 60_000);
});
