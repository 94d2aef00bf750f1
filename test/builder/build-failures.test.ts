import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { build, type Progress } from '../../dist/esm/index.js';
import { setUpBuild } from '../support/build.js';
import { failure, rejection } from '../support/failure.js';
import type { FakeBuild } from '../support/fake-builder.js';

describe('a build that fails', () => {
  test('names the nodes that the parser refuses, and what to do about them', async () => {
    const nodes = [
      { node: 0, name: 'loop', op: 'Strange', code: 'UNSUPPORTED_NODE', text: 'No importer registered.' },
      { node: 7, name: '', op: 'Other', code: 'UNSUPPORTED_NODE', text: 'Neither.' },
    ];
    const { make, output } = setUpBuild({ refused: nodes });
    const error = await rejection(make());
    expect(error).toEqual(
      failure('BUILD_FAILED', { reason: 'refused-nodes', nodes: nodes.map((node) => expect.objectContaining(node)) }),
    );
    expect(error.message).toMatch(/node 'loop' \(Strange\): No importer registered\.; node 7 \(Other\)/);
    expect(existsSync(output)).toBe(false);
  });

  test.each([
    [
      'by a crash',
      { signal: 'SIGSEGV' },
      'builder-crashed',
      /was ended by SIGSEGV; the last that it said: it began\. Try optimizationLevel: 0/,
    ],
    [
      'by a file that was cut short',
      { signal: 'SIGBUS' },
      'builder-crashed',
      /SIGBUS; .*may have been cut short or replaced/,
    ],
    [
      'by the system, out of memory',
      { signal: 'SIGKILL' },
      'builder-crashed',
      /SIGKILL; the last that it said: it began\. Systems do so .* memory runs out: .* buildMemoryBytes/,
    ],
    ['with an exit code of its own', { exit: 134 }, 'builder-crashed', /ended with exit code 134/],
    ['with what it says on stderr alone', { exit: 1, events: [], stderr: 'out of luck' }, 'builder', /out of luck/],
    ['without a word', { exit: 1, events: [] }, 'builder', /does not say why/],
    [
      'by what it says',
      { failed: { code: 'BUILD_FAILED', message: 'nothing was built', details: { reason: 'builder' } } },
      'builder',
      /nothing was built\nit began/,
    ],
    [
      'for a full disk',
      { failed: { code: 'BUILD_FAILED', message: 'no room', details: { reason: 'unwritable', path: 'p' } } },
      'unwritable',
      /no room/,
    ],
  ])('ends %s', async (_, script, reason, text) => {
    const events = [
      { event: 'log', severity: 'error', text: 'it began' },
      { event: 'recorded', code: 3, text: 'recorded' },
    ];
    const { make } = setUpBuild({ events, ...script } as FakeBuild);
    const error = await rejection(make());
    expect(error).toMatchObject({ code: 'BUILD_FAILED', details: { reason } });
    expect(error.message).toMatch(text);
  });

  test("says which part of TensorRT's builder is not installed", async () => {
    const text =
      'createInferBuilder: Error Code 6: API Usage Error (Unable to load library: libnvinfer_builder_resource_sm90.so.11.2.1: libnvinfer_builder_resource_sm90.so.11.2.1: cannot open shared object file)';
    const { make } = setUpBuild({
      events: [{ event: 'log', severity: 'error', text }],
      failed: { code: 'BACKEND_UNAVAILABLE', message: 'TensorRT gives no builder', details: { reason: 'no-builder' } },
    });
    const error = await rejection(make());
    expect(error).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { reason: 'builder-resource', resource: 'libnvinfer_builder_resource_sm90.so.11.2.1' },
    });
    expect(error.message).toMatch(
      /wants libnvinfer_builder_resource_sm90\.so\.11\.2\.1 .* Install the complete TensorRT/,
    );
  });

  test.each([
    ['OUT_OF_MEMORY', 'OUT_OF_MEMORY'],
    ['UNSUPPORTED', 'UNSUPPORTED'],
    ['NEVER_HEARD_OF', 'INTERNAL'],
  ])('has the code of the builder: %s', async (given, code) => {
    const { make } = setUpBuild({ failed: { code: given, message: 'so it is', details: { kind: 'host' } } });
    await expect(make()).rejects.toThrow(failure(code, { kind: 'host' }));
  });

  test.each([
    ['OUT_OF_MEMORY', 'TensorRT has not enough memory'],
    ['BACKEND_UNAVAILABLE', 'cannot open libtensorrt_rtx.so.1: cannot map zero-fill pages'],
  ])('for memory (%s) says what the limit was, and who set it', async (code, message) => {
    const { make } = setUpBuild({ failed: { code, message, details: {} } });
    const limitBytes = 64 * 2 ** 20;
    const error = await rejection(make({ buildMemoryBytes: limitBytes }));
    expect(error).toEqual(failure('OUT_OF_MEMORY', { option: 'options.buildMemoryBytes', limitBytes, kind: 'host' }));
    expect(error.message).toContain(
      `${message}. The builder's process may take 64 MiB (options.buildMemoryBytes, --memory)`,
    );
    expect((await rejection(make())).message).toMatch(/may take \d+ MiB \(what was available when it started\)/);
  });

  test('for a library that is not there is no want of memory', async () => {
    const { make } = setUpBuild({ failed: { code: 'BACKEND_UNAVAILABLE', message: 'no such file', details: {} } });
    expect(await rejection(make({ buildMemoryBytes: 2 ** 26 }))).toEqual(failure('BACKEND_UNAVAILABLE'));
  });

  test('does not stay in the cache, and the next one is built', async () => {
    const { make, set } = setUpBuild({ exit: 1 });
    await rejection(make());
    set({});
    expect(await make()).toMatchObject({ cached: false });
  });

  test('is abandoned by a signal, and its process is gone within a second', async () => {
    const { make, calls, output } = setUpBuild({ hang: true });
    const controller = new AbortController();
    const reason = new Error('enough');
    const promise = make({
      signal: controller.signal,
      onProgress: ({ stage }) => stage === 'building' && controller.abort(reason),
    });
    await expect(promise).rejects.toBe(reason);
    const pid = calls()[0]?.pid ?? 0;
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    expect(existsSync(output)).toBe(false);
    await expect(make({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test('leaves those that waited for it to build themselves', async () => {
    const { file, calls, folder } = setUpBuild({ stepMs: 100 });
    const controller = new AbortController();
    const first = build(file, { output: join(folder, 'a.plan'), targets: 'sm86', signal: controller.signal });
    first.catch(() => undefined);
    await vi.waitFor(() => expect(calls()).toHaveLength(1), { timeout: 5000 });
    const second = build(file, { output: join(folder, 'b.plan'), targets: 'sm86' });
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    expect(await second).toMatchObject({ cached: false });
    expect(calls()).toHaveLength(2);
  });
});

describe('functions of the user', () => {
  test.each(['reading', 'building', 'done'])('end the build with what they throw, in the stage %s', async (when) => {
    const { make, calls } = setUpBuild({ stepMs: 10 });
    const thrown = new Error('mine');
    const onProgress = ({ stage }: Progress) => {
      if (stage === when) throw thrown;
    };
    await expect(make({ onProgress })).rejects.toBe(thrown);
    for (const { pid } of calls()) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });

  test('of a logger, too, which gets what is beside warnings', async () => {
    const { make, calls } = setUpBuild({ events: [{ event: 'log', severity: 'info', text: 'hello' }] });
    const thrown = new Error('mine');
    const nothing = () => undefined;
    const info = () => {
      throw thrown;
    };
    await expect(make({ logger: { error: nothing, warn: nothing, info, debug: nothing } })).rejects.toBe(thrown);
    expect(calls()[0]?.args.join(' ')).toContain('--log-level info');
  });
});
