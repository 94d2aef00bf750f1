// node-tensorrt-builder with the real TensorRT-RTX, which needs no GPU to build.
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { withExternalData } from '../fixtures/models.js';
import { tempFolder } from '../support/temp-folder.js';
import { build, network, planFile, profile, runBuilder } from './builder.js';
import { modelFile, rtx } from './programs.js';

const renamed = (name: string) =>
  modelFile({
    inputs: [{ name, type: 'float32', dims: ['N', 4] }],
    outputs: [{ name: 'y', type: 'float32', dims: ['N', 4] }],
    nodes: [{ op: 'Relu', name: 'only', inputs: [name], outputs: ['y'] }],
  });

describe('build', () => {
  test('writes a plan, and tells of the library, the model, the phases and the plan', async () => {
    const plan = planFile();
    const end = await runBuilder(build('--model', network(), ...profile, '--target', 'sm86', '--plan', plan));
    expect(end).toMatchObject({ code: 0, signal: null });
    expect(end.events[0]).toMatchObject({ event: 'library', flavour: 'tensorrt-rtx', path: rtx[1], parser: rtx[3] });
    expect(end.one('library').version).toMatch(/^1\.\d+\.\d+\.\d+$/);
    expect(end.one('library').headers).toMatch(/^1\.\d+\.\d+$/);
    expect(end.one('parsed')).toMatchObject({
      inputs: [{ name: 'x', type: 'float32', dims: [-1, 64], isShapeTensor: false }],
      outputs: [{ name: 'y', type: 'float32', dims: [-1, 64], isShapeTensor: false }],
    });
    expect(end.one('built')).toMatchObject({ bytes: statSync(plan).size });
    expect(end.one('built').bytes).toBeGreaterThan(2 * 64 * 64 * 4);
    expect(end.one('built').peakBytes).toBeGreaterThan(50_000_000);
    expect(end.events.at(-1)?.event).toBe('built');
  });

  test('begins and ends each phase, whose last step is told', async () => {
    const args = build('--model', network(), ...profile, '--target', 'sm86', '--plan', planFile());
    const { events, all } = await runBuilder(args);
    expect(all('phase')[0]).toMatchObject({ name: 'Building engine', parent: '' });
    expect(all('phase').length).toBeGreaterThan(5);
    expect(all('phase-end').length).toBe(all('phase').length);
    const running = new Map<unknown, number>();
    for (const { event, name, parent, steps, done } of events) {
      if (event === 'phase') {
        if (parent !== '') expect(running.has(parent)).toBe(true);
        expect(steps).toBeGreaterThan(0);
        running.set(name, 0);
      } else if (event === 'step') {
        expect(done).toBeGreaterThan(running.get(name) as number);
        running.set(name, done as number);
      } else if (event === 'phase-end') {
        expect(running.get(name)).toBeGreaterThan(0);
        running.delete(name);
      }
    }
    expect(running.size).toBe(0);
  });

  test('builds one plan for several targets', async () => {
    const plans: Buffer[] = [];
    for (const targets of [['sm86'], ['sm120'], ['sm86', 'sm120']]) {
      const plan = planFile();
      const wanted = targets.flatMap((target) => ['--target', target]);
      const { code } = await runBuilder(build('--model', network(), ...profile, ...wanted, '--plan', plan));
      expect(code).toBe(0);
      plans.push(readFileSync(plan));
    }
    const [first, second, both] = plans as [Buffer, Buffer, Buffer];
    expect(both.equals(first) || both.equals(second) || first.equals(second)).toBe(false);
  });

  test('takes its arguments from the standard input, names with anything in them', async () => {
    const name = 'a=b,c "d"\n=1x4,1x4,1x4';
    const args = build('--model', renamed(name), '--profile', '', '--shape', `${name}=1x4,2x4,8x4`, '--target', 'sm80');
    const end = await runBuilder([...args, '--plan', planFile()], { stdin: true });
    expect(end.one('parsed').inputs).toMatchObject([{ name }]);
    expect(end).toMatchObject({ code: 0 });
    expect(end.one('built')).toBeTruthy();
  });

  test('without a plan only checks', async () => {
    const end = await runBuilder(build('--model', network(), ...profile));
    expect(end).toMatchObject({ code: 0 });
    expect(end.one('checked').seconds).toBeLessThan(10);
    expect(end.all('phase')).toEqual([]);
  });

  test('writes the layers that the parser made', async () => {
    const layers = path.join(tempFolder(), 'layers.json');
    const { code, one } = await runBuilder(build('--model', network(), ...profile, '--layers', layers));
    expect(code).toBe(0);
    const written = JSON.parse(readFileSync(layers, 'utf8'));
    expect(written).toHaveLength(one('parsed').layers as number);
    expect(written).toContainEqual({
      name: 'layer0',
      type: 'MATRIX_MULTIPLY',
      precision: 'float32',
      inputs: ['x', 'w0_output'],
      outputs: [{ name: 'layer0_output', type: 'float32', dims: [-1, 64] }],
    });
  });

  test('takes values of a shape tensor', async () => {
    const file = modelFile({
      inputs: [
        { name: 'x', type: 'float32', dims: ['N', 4] },
        { name: 'shape', type: 'int64', dims: [2] },
      ],
      outputs: [{ name: 'y', type: 'float32', dims: ['A', 'B'] }],
      nodes: [{ op: 'Reshape', name: 'reshape', inputs: ['x', 'shape'], outputs: ['y'] }],
    });
    const values = ['--shape', 'shape=2,2,2', '--values', 'shape=1x4,2x4,8x4'];
    const args = ['--model', file, '--profile', 'a', '--shape', 'x=1x4,2x4,8x4', ...values, '--target', 'sm86'];
    const end = await runBuilder(build(...args, '--plan', planFile()));
    expect(end.one('parsed').inputs).toMatchObject([{ isShapeTensor: false }, { name: 'shape', isShapeTensor: true }]);
    expect(end.all('failed')).toEqual([]);
    expect(end.code).toBe(0);
  });

  test('finds the external data beside a model', async () => {
    const folder = tempFolder();
    mkdirSync(path.join(folder, 'here'));
    const file = withExternalData(path.join(folder, 'here'));
    const end = await runBuilder(build('--model', file));
    expect(end).toMatchObject({ code: 0 });
  });

  test('names the node that the parser refuses', async () => {
    const file = modelFile({
      imports: { example: 1 },
      inputs: [{ name: 'x', type: 'float32', dims: [1, 4] }],
      outputs: [{ name: 'y', type: 'float32', dims: [1, 4] }],
      nodes: [{ op: 'NoSuchOperator', name: 'strange', domain: 'example', inputs: ['x'], outputs: ['y'] }],
    });
    const end = await runBuilder(build('--model', file, '--plan', planFile()));
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('refused').nodes).toMatchObject([{ node: 0, name: 'strange', op: 'NoSuchOperator' }]);
  });

  test('tells why TensorRT builds nothing', async () => {
    const end = await runBuilder(build('--model', network(), ...profile, '--target', 'sm75', '--plan', planFile()));
    expect(end).toMatchObject({ code: 1 });
    expect(end.one('failed')).toMatchObject({ code: 'BUILD_FAILED', details: { reason: 'builder' } });
    expect(end.one('failed').message).toContain('FP32 GEMM is not supported');
    expect(end.all('recorded')[0]).toMatchObject({ text: expect.stringContaining('FP32 GEMM') });
  });

  test('emits what is logged from the level on that is wanted', async () => {
    const severities = async (...level: string[]) => {
      const { all } = await runBuilder(build('--model', network(), ...profile, ...level));
      return new Set(all('log').map(({ severity }) => severity));
    };
    expect(await severities('--log-level', 'verbose')).toContain('verbose');
    expect(await severities()).toEqual(new Set());
  });

  test('sets flags and options', async () => {
    const plan = async (...args: string[]) => {
      const file = planFile();
      const end = await runBuilder(
        build('--model', network(), ...profile, '--target', 'sm86', '--plan', file, ...args),
      );
      expect(end.all('failed')).toEqual([]);
      return readFileSync(file);
    };
    const plain = await plan();
    expect((await plan()).equals(plain)).toBe(true);
    expect((await plan('--flag', 'tf32')).equals(plain)).toBe(true);
    expect((await plan('--no-flag', 'tf32')).equals(plain)).toBe(false);
    expect((await plan('--flag', 'refitIndividual')).length).toBeGreaterThan(plain.length);
    expect((await plan('--memory-pool', 'workspace=268435456')).equals(plain)).toBe(false);
    expect((await plan('--flag', 'excludeLeanRuntime', '--flag', 'versionCompatible')).equals(plain)).toBe(false);
    const many = [
      ...['--optimization-level', '2', '--avg-timing-iterations', '2', '--max-tactics', '3', '--aux-streams', '0'],
      ...[
        '--tiling',
        'fast',
        '--tiling-l2-bytes',
        '1048576',
        '--verbosity',
        'none',
        '--runtime-platform',
        'sameAsBuild',
      ],
      ...['--tactic-source', 'jitConvolutions', '--tactic-source', 'edgeMaskConvolutions'],
      ...['--hardware-compatibility', 'none'],
    ];
    expect((await plan(...many)).length).toBe(plain.length);
  });
});
