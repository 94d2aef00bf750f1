import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hashOfPlanModel } from '../../dist/esm/toolkit/plan/model-shapes.js';
import { mlp } from '../fixtures/models.js';
import { model, node, value } from '../onnx/lint/models.js';
import { cli } from '../support/cli.js';
import { newUser, planDraft, planFile } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

function write(name: string, content: string | Uint8Array): string {
  const path = join(tempFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('node-tensorrt inspect PLAN', () => {
  test('prints what built it, from what, for what, and what it is made of', async () => {
    newUser();
    const { path, header } = await planFile({
      draft: planDraft({
        buildMs: 1500,
        device: { name: 'GPU A', uuid: 'GPU-1', computeCapability: '8.6', driver: '580.1' },
      }),
    });
    const { code, stdout, stderr } = await cli('inspect', path);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const line of [
      /^built by +tensorrt-rtx 1\.7\.1\.116 +with headers of 1\.7\.0$/m,
      /^built +2026-08-01 10:00:00 UTC +by node-tensorrt 0\.1\.0, in 1\.5 s$/m,
      /^for +GPU A \(sm86, driver 580\.1\) +linux-x64$/m,
      /^model +model\.onnx +sha256 aaaaaaaaaaaa, 1000 B, fp32$/m,
      new RegExp(`^payload +100 B +sha256 ${header.payload.sha256.slice(0, 12)}$`, 'm'),
      /^inputs +x +float32 \[N, 4\]$/m,
      /^outputs +y +float32 \[N, 4\]$/m,
      /^profile 0 +x +\[1, 4\] to \[32, 4\], best \[8, 4\]$/m,
      /^options +optimizationLevel +3$/m,
      /^by type +ACTIVATION +1$/m,
      /^by precision +float32 +1$/m,
      /^refittable +no$/m,
      /^messages +warning +a warning$/m,
      /^signed +hmac-sha256 +by key [0-9a-f]{16}$/m,
      /^on the GPU +≈ 1\.1 KiB +an estimate: /m,
      /^verified +no +--verify /m,
    ]) {
      expect(stdout).toMatch(line);
    }
  });

  test('--json prints the header and what was derived', async () => {
    newUser();
    const { path, header } = await planFile();
    const { code, stdout } = await cli('inspect', path, '--json');
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    expect(Object.keys(told)).toEqual(['file', 'header', 'signatures', 'payload', 'derived']);
    expect(told).toMatchObject({ file: path, header, derived: { memory: { layerBytes: 1024, unknownLayers: 0 } } });
  });

  test('--verify says that it is whole and by whom it is signed', async () => {
    newUser();
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const key = write('team.pem', publicKey.export({ type: 'spki', format: 'pem' }));
    const other = write('other.pem', generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
    const own = await planFile();
    expect((await cli('inspect', own.path, '--verify')).stdout).toMatch(
      /^verified +yes +it is whole, and signed by this user's key$/m,
    );
    const signed = await planFile({ keys: { own: false, sign: privateKey } });
    const by = await cli('inspect', signed.path, '--verify', '--key', other, '--key', key, '--json');
    expect(JSON.parse(by.stdout).verified).toEqual({
      trustedBy: expect.stringMatching(/^[0-9a-f]{16}$/),
      keyFile: key,
    });
  });

  test('--verify ends with 1 for a plan of somebody else, and for one that was changed', async () => {
    newUser();
    const { path, header } = await planFile();
    const bytes = readFileSync(path);
    bytes[header.payload.offset] = 0;
    writeFileSync(path, bytes);
    const damaged = await cli('inspect', path, '--verify');
    expect([damaged.code, damaged.stdout]).toEqual([1, '']);
    expect(damaged.stderr).toMatch(/^ENGINE_INCOMPATIBLE: .* its payload is not the one that was written/);
    expect((await cli('inspect', path)).code).toBe(0);
    const foreign = await planFile();
    newUser();
    const untrusted = await cli('inspect', foreign.path, '--verify');
    expect(untrusted.code).toBe(1);
    expect(untrusted.stderr).toMatch(/^ENGINE_INCOMPATIBLE: .* neither this user's nor one of options\.trust\.keys/);
  });

  test.each([
    ['net.plan', 'vtrt\0\0\0\0rest', /is not a plan of node-tensorrt.*build it with node-tensorrt/],
    ['net.onnx', 'ptrt\0\0\0\0rest', /is not a plan of node-tensorrt/],
    ['net.engine', 'something', /is not a plan of node-tensorrt/],
    ['net.plan', '', /is empty/],
    ['net.plan', '\x89NTP', /is cut short|is not a plan/],
  ])('refuses %s with %j as the reader of plans does', async (name, content, message) => {
    const { code, stderr } = await cli('inspect', write(name, Buffer.from(content, 'latin1')));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ENGINE_INCOMPATIBLE: /);
    expect(stderr).toMatch(message);
  });

  test('tells models and plans apart by their content, and finds the plan of a folder', async () => {
    newUser();
    const { path } = await planFile();
    expect((await cli('inspect', write('model.onnx', readFileSync(path)))).stdout).toMatch(/^built by +tensorrt-rtx/m);
    expect((await cli('inspect', join(path, '..'))).stdout).toMatch(/^built by +tensorrt-rtx/m);
    expect((await cli('inspect', write('net.plan', mlp({ layers: 1, width: 4 })))).stdout).toMatch(/^nodes +/m);
  });

  test('shows no control or direction characters', async () => {
    newUser();
    const name = 'a\u202egnp.exe\u001b[2J\u2028';
    const { path } = await planFile({ draft: planDraft({ inputs: [{ name, type: 'float32', dims: [1] }] }) });
    const { stdout } = await cli('inspect', path);
    expect(stdout).toMatch(/^inputs +a\?gnp\.exe\?\[2J\? +float32 \[1\]$/m);
    const bytes = model([node('Relu', [name], ['y'])], { inputs: [value(name)] });
    const { stdout: ofModel } = await cli('inspect', write('m.onnx', bytes));
    expect(ofModel).toMatch(/^inputs +a\?gnp\.exe\S*\[2J\? +float32/m);
    expect(`${stdout}${ofModel}`).not.toMatch(/[\u202e\u2028]|\p{Cc}(?<!\n)/u);
  });

  test('--model knows the sizes that a plan leaves open', async () => {
    newUser();
    const onnx = write('m.onnx', model([node('Relu', ['x'], ['z']), node('Relu', ['z'], ['y'])]));
    const sha256 = await hashOfPlanModel(onnx);
    const outputs = [{ name: 'z', type: 'float32', dims: [-1, 4] }];
    const layers = [{ name: 'slice', type: 'SLICE', precision: 'float32', inputs: ['x'], outputs }];
    const built = { name: 'm.onnx', sha256, bytes: 100, precision: 'fp32' };
    const { path } = await planFile({ draft: planDraft({ layers, model: built, outputs: [] }) });
    const alone = (await cli('inspect', path)).stdout;
    expect(alone).toMatch(/^on the GPU +≥ /m);
    expect(alone).toContain('sizes of 1 layers are not known');
    const told = (await cli('inspect', path, '--model', onnx)).stdout;
    expect(told).toMatch(/^ +1\.0 KiB +layer slice, in the largest shapes$/m);
    expect(told).not.toContain('not known');
  });
});

describe('node-tensorrt inspect --diff with plans', () => {
  test('says what differs between two plans, and ends with 1', async () => {
    newUser();
    const first = await planFile();
    const second = await planFile({ draft: planDraft({ version: '1.8.0.1', options: {}, layers: [] }) });
    expect(await cli('inspect', first.path, '--diff', first.path)).toEqual({
      code: 0,
      stdout: 'nothing differs\n',
      stderr: '',
    });
    const { code, stdout } = await cli('inspect', first.path, '--diff', second.path);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^plan +version +1\.7\.1\.116 → 1\.8\.0\.1$/m);
    expect(stdout).toMatch(/^option +optimizationLevel +only in the first$/m);
    expect(stdout).toMatch(/^layer +relu +only in the first$/m);
    expect(JSON.parse((await cli('inspect', first.path, '--diff', second.path, '--json')).stdout)).toMatchObject({
      layers: { removed: ['relu'] },
    });
  });

  test('says whether a plan is of a model, from either side', async () => {
    newUser();
    const onnx = write('m.onnx', mlp({ layers: 1, width: 4 }));
    const sha256 = await hashOfPlanModel(onnx);
    const { path } = await planFile({
      draft: planDraft({ model: { name: 'm', sha256, bytes: 1, precision: 'fp32' } }),
    });
    for (const args of [
      [path, '--diff', onnx],
      [onnx, '--diff', path],
    ]) {
      const { code, stdout } = await cli('inspect', ...args);
      expect([code, stdout]).toEqual([
        0,
        `nothing differs\nthe plan was built from this model (sha256 ${sha256.slice(0, 12)})\n`,
      ]);
    }
    const other = write('m.onnx', mlp({ layers: 2, width: 8 }));
    const { code, stdout } = await cli('inspect', path, '--diff', other);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^model +the plan was built from another +of [0-9a-f]{12}, and this is [0-9a-f]{12}$/m);
    expect(stdout).toMatch(/^input +x +float32 \[N, 4\] → float32 \[N, 8\]$/m);
  });
});

describe('node-tensorrt inspect --html', () => {
  test('writes a page of a model and of a plan as well', async () => {
    newUser();
    const page = join(tempFolder(), 'page.html');
    const { path } = await planFile();
    expect((await cli('inspect', path, '--html', page)).stdout).toMatch(/^built by/m);
    expect(readFileSync(page, 'utf8')).toContain('<title>Plan model.plan</title>');
    const onnx = write('net.onnx', mlp({ layers: 1, width: 4 }));
    expect((await cli('inspect', onnx, '--dims', 'x=2,4', '--html', page)).stdout).toMatch(/^nodes/m);
    expect(readFileSync(page, 'utf8')).toContain('<title>ONNX model net.onnx</title>');
  });

  test('does not replace what it reads', async () => {
    newUser();
    const { path } = await planFile();
    const { code, stderr } = await cli('inspect', path, '--html', path);
    expect(code).toBe(2);
    expect(stderr).toContain('is the model that is read');
  });
});

describe('node-tensorrt inspect', () => {
  test.each([
    ['plan', ['--batch', '1'], /a plan does not go with --batch/],
    ['plan', ['--graph'], /a plan does not go with --graph/],
    ['plan', ['--key', 'k.pem'], /--key does not go without --verify/],
    ['plan', ['--verify', '--key', 'k.pem'], /INVALID_ARGUMENT: the key 'k\.pem' cannot be read/],
    ['plan', ['--diff', 'x', '--html', 'y'], /--diff does not go with --html/],
    ['onnx', ['--verify'], /an ONNX model does not go with --verify/],
    ['onnx', ['--model', 'm'], /an ONNX model does not go with --model/],
    ['onnx', ['--graph', '--html', 'y'], /--graph does not go with --html/],
  ])('refuses %s with %j and ends with 2', async (kind, args, message) => {
    newUser();
    const path = kind === 'plan' ? (await planFile()).path : write('m.onnx', mlp({ layers: 1, width: 4 }));
    const { code, stdout, stderr } = await cli('inspect', path, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});
