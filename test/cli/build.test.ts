import { generateKeyPairSync } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { cli } from '../support/cli.js';
import { type FakeBuild, fakeBuilder } from '../support/fake-builder.js';

function setUp(script: FakeBuild = {}, model = identity()) {
  const fake = fakeBuilder(script);
  const file = join(fake.folder, 'same.onnx');
  writeFileSync(file, model);
  const output = join(fake.folder, 'out.plan');
  const run = (...args: string[]) => cli('build', file, '-o', output, ...args);
  return { ...fake, file, output, run };
}

describe('node-tensorrt build', () => {
  test('writes a plan and says what it is and why it was built', async () => {
    const { run, output } = setUp({ events: [{ event: 'log', severity: 'warning', text: 'slow here' }] });
    const { code, stdout, stderr } = await run('--target', 'sm89', '--target', 'sm86', '--optimization-level', '5');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      `plan      ${output}`,
      'built by  tensorrt-rtx 1.7.1.116 for sm86, sm89',
      expect.stringMatching(/^why {7}no plan of this model is in the cache; 0\.1 s of \d+\.\d s in the builder$/),
      'size      0.0 MiB, 1 layers, fp32',
      "memory    48 MiB in the builder's process",
      'shapes    x  [1, 4]  [8, 4]  [32, 4]',
      expect.stringMatching(/^ignored {3}--optimization-level: TensorRT-RTX makes no use of it/),
      'warning   slow here',
      '',
    ]);
    expect((await run('--target', 'sm86', '--target', 'sm89')).stdout).toMatch(/^why {7}it is in the cache$/m);
  });

  test('hands all that is given on to the builder', async () => {
    const { run, calls, folder } = setUp();
    const key = join(folder, 'key.pem');
    writeFileSync(key, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const more = join(folder, 'options.json');
    writeFileSync(more, JSON.stringify({ strictNans: true, tf32: false }));
    const { code, stdout } = await run(
      ...['--target', 'sm86', '--backend', 'tensorrt-rtx', '--precision', 'fp32', '--tf32', '--workspace', '512MiB'],
      ...[
        '--profile',
        'x=1x4,2x4,3x4',
        '--profile',
        'x=4x4,5x4,6x4',
        '--strip-weights',
        '--refittable',
        '--weight-streaming',
        '--options',
        more,
      ],
      ...['--sign', key, '--memory', '2GiB', '--cache-dir', join(folder, 'elsewhere'), '--json'],
    );
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ cached: false, header: { stripped: true, refittable: true, profiles: [{}, {}] } });
    const args = calls()[0]?.args.join(' ');
    expect(args).toContain('--profile 0 --shape x=1x4,2x4,3x4 --profile 1 --shape x=4x4,5x4,6x4');
    for (const part of [
      '--flag weightStreaming',
      '--flag tf32',
      '--flag strictNans',
      '--memory-pool workspace=536870912',
      `--memory-limit ${2 ** 31}`,
    ])
      expect(args).toContain(part);
    expect(existsSync(join(folder, 'elsewhere', 'plans'))).toBe(true);
  });

  test.each([
    [['-o', '-'], /-o: expected a file, received '-'/],
    [['--no-cache', '--cache-dir', 'x'], /--no-cache and --cache-dir are one or the other/],
    [['--workspace', '-1'], /argument is ambiguous.*'--workspace=-XYZ'/],
  ])('takes %j for wrong use', async (args, text) => {
    const { file } = setUp();
    const all = args[0] === '-o' ? args : ['-o', 'out.plan', ...args];
    expect(await cli('build', file, ...all)).toMatchObject({ code: 2, stderr: expect.stringMatching(text) });
  });

  test('--json tells what went wrong as JSON, too', async () => {
    const { run } = setUp({ failed: { code: 'BUILD_FAILED', message: 'so it is', details: {} } });
    const failed = await run('--target', 'sm86', '--json');
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^BUILD_FAILED: .*so it is/) });
    expect(JSON.parse(failed.stdout)).toEqual({
      error: {
        code: 'BUILD_FAILED',
        message: expect.stringContaining('so it is'),
        details: expect.objectContaining({ reason: 'builder' }),
      },
    });
    const wrong = await run('--json', '--target', 'sm86', '--max-batch', 'x');
    expect(wrong.code).toBe(2);
    expect(JSON.parse(wrong.stdout)).toEqual({ error: { message: expect.stringMatching(/whole number/) } });
  });

  test('tells an option that is not used once, and on stderr where the report is JSON', async () => {
    const { run, folder } = setUp();
    const more = join(folder, 'options.json');
    writeFileSync(more, JSON.stringify({ maxTactics: 3 }));
    const args = ['--target', 'sm86', '--timing-cache', join(folder, 'timing'), '--options', more];
    const unused = [
      '--timing-cache: TensorRT-RTX makes no use of it: TensorRT-RTX has none; it compiles where the plan is loaded',
      'maxTactics: TensorRT-RTX makes no use of it: TensorRT-RTX measures nothing when it builds',
    ];
    // Built, and from the cache.
    for (const _ of [1, 2]) {
      const text = await run(...args);
      expect(text.stderr).toBe('');
      const told = text.stdout.split('\n').filter((line) => line.startsWith('ignored'));
      expect(told.sort()).toEqual(unused.map((line) => `ignored   ${line}`));
      const json = await run(...args, '--json');
      expect(JSON.parse(json.stdout).ignored).toHaveLength(2);
      expect(json.stderr.trimEnd().split('\n').sort()).toEqual(
        unused.map((line) => `node-tensorrt build: ignored: ${line}`),
      );
    }
  });

  test('lets other warnings of the process through', async () => {
    const { run, folder } = setUp();
    const file = join(folder, 'no-folder');
    writeFileSync(file, '');
    const { code, stderr } = await run('--target', 'sm86', '--cache-dir', join(file, 'cache'));
    expect(code).toBe(0);
    expect(stderr).toMatch(/NODE_TENSORRT_CACHE/);
  });

  test('takes sizes of batches and of dimensions', async () => {
    const { run, calls } = setUp({}, identity('float32', ['N', 'T']));
    await run('--target', 'sm86', '--max-batch', '4', '--dim', 'T=7', '--no-cache');
    expect(calls()[0]?.args.join(' ')).toContain('--shape x=1x7,4x7,4x7');
  });

  test('says what a dimension that is open can be given by', async () => {
    const { run } = setUp({}, identity('float32', ['N', 'T']));
    const { code, stderr } = await run('--target', 'sm86');
    expect(code).toBe(2);
    expect(stderr).toMatch(/dimension 1 \('T'\) open.*--profile.*--samples.*--dim/);
  });

  test('fails with what TensorRT says', async () => {
    const { run, output } = setUp({
      refused: [{ node: 3, name: 'loop', op: 'Strange', code: 'X', text: 'Not this.' }],
    });
    const { code, stderr } = await run('--target', 'sm86');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^BUILD_FAILED: .*node 'loop' \(Strange\): Not this\./m);
    expect(existsSync(output)).toBe(false);
  });

  test.each([
    [['--target', 'sm90'], /expected one of sm75.*|options\.targets\[0\]/],
    [['--profile', 'x=1x4,2x4'], /--profile: expected INPUT=SMALLEST,USUAL,LARGEST/],
    [['--profile', 'x=1xa,2x4,3x4'], /--profile: expected/],
    [['--dim', 'T'], /--dim: expected NAME=SIZE/],
    [['--max-batch', 'many'], /--max-batch: expected a whole number/],
    [['--workspace', 'much'], /--workspace/],
    [['--options', 'none.json'], /--options: 'none\.json' cannot be read/],
    [['--sign', 'none.pem'], /--sign: the key 'none\.pem' cannot be read/],
  ])('is wrong use with %j', async (args, text) => {
    const { run } = setUp();
    const { code, stderr } = await run('--target', 'sm86', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(text);
  });

  test('takes options of a file only where it is an object', async () => {
    const { run, folder } = setUp();
    for (const text of ['[]', 'nothing', '7']) {
      writeFileSync(join(folder, 'o.json'), text);
      expect((await run('--target', 'sm86', '--options', join(folder, 'o.json'))).stderr).toMatch(/is no JSON object/);
    }
  });

  test('says which file is no key', async () => {
    const { run, folder } = setUp();
    const key = join(folder, 'key.txt');
    writeFileSync(key, 'no key');
    const { code, stderr } = await run('--target', 'sm86', '--sign', key);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^INVALID_ARGUMENT: --sign: expected an ed25519 private key, .* in '.*key\.txt'; openssl genpkey/,
    );
  });

  test('needs a place for the plan', async () => {
    const { file } = setUp();
    expect(await cli('build', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('-o says where') });
  });
});
