import type { TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { engineRunner } from '../../../dist/esm/engine/model-runner.js';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel } from '../../../dist/esm/onnx/file/write-model.js';
import { upgradeSteps } from '../../../dist/esm/onnx/upgrade/table.js';
import { upgradeOpset } from '../../../dist/esm/onnx/upgrade/upgrade.js';
import { onnxModel } from '../../fixtures/onnx-writer.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { tempFolder } from '../../support/temp-folder.js';
import { attributesToInputs } from './cases/attributes-to-inputs.js';
import { otherMeaning } from './cases/meaning.js';
import { sameMeaning } from './cases/same.js';
import { withGraphs } from './cases/with-graphs.js';

const changing = [...attributesToInputs, ...otherMeaning, ...withGraphs];
const cases = [...changing, ...sameMeaning];
/** Operator sets with which something changes. */
const stops = [...new Set(upgradeSteps.map(({ since }) => since))].sort((a, b) => a - b);
const reference = useOnnxReference();

async function run(model: Uint8Array | string, inputs: TensorMap): Promise<TensorMap> {
  const runner = await engineRunner(model, { optimize: false });
  try {
    const outputs = Object.entries(await runner.run(inputs));
    return Object.fromEntries(outputs.map(([name, { type, dims, data }]) => [name, { type, dims, data }])) as TensorMap;
  } finally {
    await runner.close();
  }
}

function expectSame(actual: TensorMap, expected: TensorMap, tolerance = 0, what = 'upgraded'): void {
  if (tolerance === 0) {
    expect(actual, what).toEqual(expected);
    return;
  }
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { data, dims }] of Object.entries(expected)) {
    expect(actual[name]?.dims).toEqual(dims);
    (data as Float32Array).forEach((value, i) => {
      expect(Math.abs((actual[name]?.data[i] as number) - value)).toBeLessThanOrEqual(tolerance);
    });
  }
}

async function upgrade(bytes: Uint8Array, to: number) {
  const model = await readModel(bytes);
  const report = await upgradeOpset(model, { to });
  return { model, report, bytes: await serializeModel(model) };
}

test('no two cases have one title', () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
});

describe.each(cases)(
  '$title',
  ({ model: old, inputs, becomes, expected, tolerance, converter = 'same', notes = [] }) => {
    test('gives the same in operator set 21', async () => {
      const before = expected ?? (await run(onnxModel(old), inputs));
      // The checker wants all ranks.
      const outputs = old.outputs.map((output) => ({
        ...output,
        dims: before[output.name]?.dims.map(() => null) ?? [],
      }));
      const bytes = onnxModel({ ...old, outputs });
      const upgraded = await upgrade(bytes, 21);
      expect(upgraded.model.graph.nodes.map(({ opType }) => opType)).toEqual(becomes);
      expect((await reference.check(upgraded.bytes))?.slice(0, 800)).toBeUndefined();
      expectSame(await run(upgraded.bytes, inputs), before, tolerance);
      expect(upgraded.report.notes.map(({ node }) => node)).toEqual(notes);

      const file = `${tempFolder()}/converted.onnx`;
      const converted = await reference.convert(bytes, 21, file).then(
        () =>
          run(file as unknown as Uint8Array, inputs).then(
            (after) => ({ after }),
            () => 'wrong' as const,
          ),
        () => 'fails' as const,
      );
      if (typeof converted === 'string') expect(converted).toBe(converter);
      else if (converter === 'wrong') expect(() => expectSame(converted.after, before, tolerance)).toThrow();
      else expectSame(converted.after, before, tolerance, 'converted');
    });
  },
);

test.each(changing)('$title gives the same in every operator set on the way', async (given) => {
  const { model: old, inputs, expected, tolerance, least = 0 } = given;
  const bytes = onnxModel(old);
  const before = expected ?? (await run(bytes, inputs));
  for (const to of stops.filter((stop) => stop > old.opset && stop < 21)) {
    const upgraded = await upgrade(bytes, to);
    expect(upgraded.model.opset).toBe(to);
    if (to < least) continue;
    expectSame(await run(upgraded.bytes, inputs), before, tolerance, `upgraded to ${to}`);
  }
});
