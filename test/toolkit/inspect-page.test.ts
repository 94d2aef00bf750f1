import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { inspectPage, readModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { arrange, type RawLayer } from '../../dist/esm/toolkit/inspect-page/arrange.js';
import { assignLanes } from '../../dist/esm/toolkit/inspect-page/lanes.js';
import { drawPage } from '../../dist/esm/toolkit/inspect-page/page.js';
import type { PlanLayer } from '../../lib/plan/header.js';
import { slow } from '../fixtures/models.js';
import { floats, model, node, value } from '../onnx/lint/models.js';
import { failure } from '../support/failure.js';
import { newUser, planDraft, planFile } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;\u202egnp.exe\u2066\u0000\u2028`;

interface PageData {
  graph: {
    texts: string[];
    tensors: [string, number, number, number, number][];
    layers: [string, number, number, number, number[], number[], number, number][];
    lanes: { all: { lane: number[] }; main: { lane: number[] } };
  };
  plots: { id: string; bars: number; binLayers: number; first: number }[];
}

function dataOf(text: string): PageData {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(text) ?? [];
  return JSON.parse(json as string) as PageData;
}

/** Layers as a person sees them. */
function rowsOf(text: string) {
  const { layers, texts } = dataOf(text).graph;
  return layers.map(([name, type, precision, kind, , , weights, bytes]) => [
    name, texts[type], texts[precision], kind, weights, bytes,
  ]); // biome-ignore format: a row
}

const plain = (dims: (string | number)[] = ['N', 4]) =>
  model([node('Add', ['x', 'w'], ['a'], { name: 'add' }), node('Relu', ['a'], ['y'], { name: 'relu' })], {
    inputs: [value('x', 'float32', dims)],
    outputs: [value('y', 'float32', dims)],
    initializers: [floats('w', [1, 2, 3, 4])],
  });

describe('inspectPage()', () => {
  test('is one page that loads nothing, and lets nothing run but its own script, by hash', async () => {
    const text = await inspectPage(plain());
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg')|<link|@import|\bsrc=|url\(/);
    expect(text).not.toMatch(/<[^>]+\s(style|on\w+)=/);
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(text) ?? [];
    expect(policy).toContain('default-src &#39;none&#39;');
    for (const tag of ['script', 'style']) {
      const [, content] = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text) ?? [];
      const hash = createHash('sha256')
        .update(content as string)
        .digest('base64');
      expect(policy).toContain(`sha256-${hash}`);
    }
    expect(() => new Script(/<script>([\s\S]*?)<\/script>/.exec(text)?.[1] as string)).not.toThrow();
  });

  test('has a row for each input, node and output of a model, with constants and sizes', async () => {
    expect(rowsOf(await inspectPage(plain([2, 4])))).toEqual([
      ['x', 'input', 'float32', 2, 0, 32],
      ['add', 'Add', 'float32', 0, 16, 32],
      ['relu', 'Relu', 'float32', 0, 0, 32],
      ['y', 'output', 'float32', 3, 0, 32],
    ]);
  });

  test('does not know sizes that depend on open ones, unless it is told', async () => {
    const unknown = await inspectPage(plain());
    expect(rowsOf(unknown)[1]).toEqual(['add', 'Add', 'float32', 0, 16, -1]);
    expect(unknown).toContain('Output sizes of 2 nodes are not known');
    expect(dataOf(unknown).plots.map(({ id }) => id)).toEqual(['plot-weights']);
    const known = await inspectPage(plain(), { inputDims: { x: [3, 4] } });
    expect(rowsOf(known)[1]).toEqual(['add', 'Add', 'float32', 0, 16, 48]);
    expect(dataOf(known).plots.map(({ id }) => id)).toEqual(['plot-weights', 'plot-outputs']);
  });

  test('shows constants as such, and counts a constant that several read once', async () => {
    const constant = node('Constant', [], ['c'], { attributes: { value: { tensor: floats('', [1, 2, 3, 4]) } } });
    const nodes = [
      constant,
      node('Neg', ['c'], ['n']),
      node('Add', ['x', 'w'], ['a']),
      node('Mul', ['a', 'w'], ['b']),
      node('Sub', ['b', 'n'], ['y']),
    ];
    const text = await inspectPage(model(nodes, { initializers: [floats('w', [1, 2, 3, 4])] }));
    expect(rowsOf(text).map(([name, type, , kind, weights]) => [name, type, kind, weights])).toEqual([
      ['x', 'input', 2, 0],
      ['a', 'Add', 0, 16],
      ['b', 'Mul', 0, 0],
      ['c', 'Constant', 1, 16],
      ['n', 'Neg', 1, 0],
      ['y', 'Sub', 0, 0],
      ['y', 'output', 3, 0],
    ]);
    const { all, main } = dataOf(text).graph.lanes;
    expect([all.lane.length, main.lane.length]).toEqual([7, 5]);
  });

  test('counts what branches and loop bodies read at the node that has them', async () => {
    const text = await inspectPage(slow());
    const { layers, tensors } = dataOf(text).graph;
    const loop = layers.find(([, type]) => dataOf(text).graph.texts[type] === 'Loop');
    expect(loop?.[4].map((tensor) => tensors[tensor]?.[0])).toEqual(['iterations', 'start', 'turn']);
  });

  test('takes a Model and leaves it as it is, a path, a file URL and bytes', async () => {
    const opened = await readModel(plain());
    const path = join(tempFolder(), 'net.onnx');
    writeFileSync(path, plain());
    const pages = [
      await inspectPage(opened, { inputDims: { x: [3, 4] }, name: 'net.onnx' }),
      await inspectPage(path, { inputDims: { x: [3, 4] } }),
      await inspectPage(pathToFileURL(path), { inputDims: { x: [3, 4] } }),
      await inspectPage(plain(), { inputDims: { x: [3, 4] }, name: 'net.onnx' }),
    ];
    expect(new Set(pages).size).toBe(1);
    expect(pages[0]).toContain('<title>ONNX model net.onnx</title>');
    expect(opened.graph.inputs[0]?.dims).toEqual(['N', 4]);
  });

  test('shows a plan: sizes in its most usual shapes, and skipped layers', async () => {
    newUser();
    const { path } = await planFile();
    const text = await inspectPage(path);
    expect(rowsOf(text)).toEqual([
      ['x', 'input', 'float32', 2, 0, 128],
      ['relu', 'ACTIVATION', 'float32', 0, 0, 128],
      ['y', 'output', 'float32', 3, 0, 128],
    ]);
    for (const fact of ['tensorrt-rtx 1.7.1.116', 'model.onnx', '[1, 4] to [32, 4], best [8, 4]', 'a warning']) {
      expect(text).toContain(fact);
    }
  });

  test('escapes every name of a model', async () => {
    const names = model(
      [node(HOSTILE, ['x'], ['h'], { name: HOSTILE, domain: HOSTILE }), node('Relu', ['h'], [HOSTILE])],
      {
        imports: { [HOSTILE]: 1 },
        outputs: [value(HOSTILE, 'float32', [HOSTILE])],
      },
    );
    expectHarmless(await inspectPage(names, { name: HOSTILE }));
  });

  test('escapes every text of a plan', async () => {
    newUser();
    const tensor = { name: HOSTILE, type: HOSTILE, dims: [HOSTILE, -1] };
    const layer: PlanLayer = { name: HOSTILE, type: HOSTILE, precision: HOSTILE, inputs: [HOSTILE], outputs: [tensor] };
    const draft = planDraft({
      version: HOSTILE,
      targets: [HOSTILE],
      device: { name: HOSTILE, uuid: HOSTILE, computeCapability: HOSTILE, driver: HOSTILE },
      options: { [HOSTILE]: HOSTILE },
      model: { name: HOSTILE, sha256: 'a'.repeat(64), bytes: 1, precision: HOSTILE },
      inputs: [{ ...tensor, name: 'x' }],
      outputs: [tensor],
      profiles: [{ [HOSTILE]: { min: [1], opt: [1], max: [1] } }],
      layers: [layer, layer],
      messages: [{ severity: HOSTILE, text: HOSTILE }],
    });
    const { path } = await planFile({ draft });
    expectHarmless(await inspectPage(path, { name: HOSTILE }));
  });

  test('stays below 3 MB with 5000 layers, and has a bar for several of them', async () => {
    newUser();
    const long = (i: number) => `/encoder/layers.${i}/attention/self/query_key_value/MatMul_output_0`;
    const layers = Array.from({ length: 5000 }, (_, i): PlanLayer => {
      const inputs = [i === 0 ? 'x' : long(i - 1), ...(i > 5 ? [long(i - 5)] : [])];
      const outputs = [{ name: long(i), type: 'float16', dims: [-1, 4] }];
      return { name: `${long(i)}_layer`, type: 'ELEMENTWISE', precision: 'float16', inputs, outputs };
    });
    const { path } = await planFile({ draft: planDraft({ layers }) });
    const text = await inspectPage(path);
    expect(text.length).toBeLessThan(3e6);
    const { graph, plots } = dataOf(text);
    expect(graph.layers).toHaveLength(5002);
    expect(plots).toMatchObject([{ id: 'plot-outputs', binLayers: 9, bars: 556, first: 1 }]);
  });

  test('shows at most 20 000 layers, and says so', () => {
    const raw = Array.from({ length: 20_010 }, (_, i): RawLayer => ({
      name: `n${i}`, type: 'Relu', kind: 'layer', inputs: [`t${i}`], weightBytes: 0,
      outputs: [{ name: `t${i + 1}`, type: 'float32', dims: '', bytes: null }],
    })); // biome-ignore format: a record
    const graph = arrange(raw, { inputs: [], outputs: [], constants: new Map() });
    const text = drawPage({ kind: 'Plan', name: 'p', tiles: [], facts: [], notes: [], outputsTitle: 'Outputs', graph });
    expect(text).toContain('10 more layers are not shown');
    expect(text).toContain('No size of a layer is known.');
    expect(dataOf(text).graph.layers).toHaveLength(20_000);
  });

  test('refuses what it does not know, and what does not fit', async () => {
    newUser();
    const { path } = await planFile();
    const wrong = (of: Parameters<typeof inspectPage>[0], options: object) => inspectPage(of, options);
    await expect(wrong(plain(), { title: 'x' })).rejects.toEqual(failure('INVALID_ARGUMENT'));
    await expect(wrong(plain(), { model: path })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.model' }),
    );
    await expect(wrong(path, { inputDims: {} })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.inputDims' }),
    );
    await expect(wrong(new URL('https://example.org'), {})).rejects.toEqual(failure('INVALID_ARGUMENT'));
    writeFileSync(path, 'vtrt a plan of TensorRT-RTX itself');
    await expect(wrong(path, {})).rejects.toEqual(failure('ENGINE_INCOMPATIBLE', { reason: 'not-a-plan' }));
  });
});

function expectHarmless(text: string): void {
  expect(text).not.toContain('<img');
  expect(text.match(/<script/g)).toHaveLength(2);
  expect(text.match(/<\/script>/g)).toHaveLength(2);
  expect(text).not.toMatch(/[\u2028\u202a-\u202e\u2066-\u2069]/u);
  expect(text).not.toContain('\0');
  expect(text).not.toMatch(/<[^>]+\son\w+=/);
  const { layers, texts } = dataOf(text).graph;
  expect(JSON.stringify([layers, texts])).toContain('</script>');
}

describe('assignLanes()', () => {
  test('draws a chain in one lane', () => {
    expect(assignLanes([[], [0], [1], [2]])).toEqual({ lane: [0, 0, 0, 0], count: 1 });
  });

  test('leads a skip connection past the layers between', () => {
    // 0 ─┬─ 1 ── 2 ─┬─ 3
    //    └──────────┘
    expect(assignLanes([[], [0], [1], [0, 2]])).toEqual({ lane: [0, 1, 1, 0], count: 2 });
  });

  test('uses a lane again once its line has ended, and never for two lines at once', () => {
    const inputs = [[], [], [0], [1, 2], [], [3, 4], [0, 5].slice(1)];
    const { lane, count } = assignLanes(inputs);
    const last = inputs.map((_, row) => inputs.reduce((end, from, reader) => (from.includes(row) ? reader : end), row));
    for (const row of inputs.keys()) {
      for (let above = 0; above < row; above++) {
        if ((last[above] as number) > row) expect(lane[above], `${above} and ${row}`).not.toBe(lane[row]);
      }
    }
    expect(count).toBe(2);
  });

  test('is quick where everything is read at the end', () => {
    const rows = 20_000;
    const { count } = assignLanes([
      ...Array.from({ length: rows }, () => []),
      Array.from({ length: rows }, (_, i) => i),
    ]);
    expect(count).toBe(rows);
  });
});
