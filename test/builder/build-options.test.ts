import { describe, expect, test } from 'vitest';
import { type BuildOptions, build } from '../../dist/esm/index.js';
import { setUpBuild } from '../support/build.js';
import { rejection } from '../support/failure.js';

describe('options of build()', () => {
  test.each<[string, object, string, RegExp]>([
    ['no output', { output: undefined }, 'INVALID_ARGUMENT', /options\.output/],
    ['an option that is unknown', { outptu: 'x' }, 'INVALID_ARGUMENT', /options\.outptu/],
    [
      'a target that is unknown',
      { targets: ['sm90'] },
      'INVALID_ARGUMENT',
      /options\.targets\[0\]: expected one of sm75.*"sm90"/,
    ],
    ['no targets', { targets: [] }, 'INVALID_ARGUMENT', /at least one target/],
    ['a backend that is unknown', { backend: 'cpu' }, 'INVALID_ARGUMENT', /options\.backend/],
    ['a level out of range', { optimizationLevel: 6 }, 'OUT_OF_RANGE', /0 to 5/],
    ['a pool that is unknown', { memoryPools: { heap: 1 } }, 'INVALID_ARGUMENT', /options\.memoryPools\.heap/],
    ['a source that is unknown', { tacticSources: ['cublas'] }, 'INVALID_ARGUMENT', /options\.tacticSources\[0\]/],
    ['sources that are no list', { tacticSources: 'cublas' }, 'INVALID_ARGUMENT', /options\.tacticSources/],
    ['a tiling that is unknown', { tiling: { level: 'most' } }, 'INVALID_ARGUMENT', /options\.tiling\.level/],
    ['a tiling of too little', { tiling: { level: 'fast', l2LimitBytes: 0 } }, 'OUT_OF_RANGE', /l2LimitBytes/],
    ['a timing cache that is none', { timingCache: { load: 7 } }, 'INVALID_ARGUMENT', /options\.timingCache\.load/],
    ['plugins without a hash', { plugins: [{ path: 'p' }] }, 'INVALID_ARGUMENT', /plugins\[0\]\.sha256/],
    [
      'plugins with half a hash',
      { plugins: [{ path: 'p', sha256: 'ab' }] },
      'INVALID_ARGUMENT',
      /64 hexadecimal digits/,
    ],
    ['plugins that are no list', { plugins: {} }, 'INVALID_ARGUMENT', /options\.plugins/],
    ['a refit that is unknown', { refittable: 'all' }, 'INVALID_ARGUMENT', /options\.refittable/],
    ['a niceness out of range', { niceness: 20 }, 'OUT_OF_RANGE', /0 to 19/],
    ['too little memory', { buildMemoryBytes: 1 }, 'OUT_OF_RANGE', /buildMemoryBytes/],
    ['a device that is none', { targets: undefined, device: {} }, 'INVALID_ARGUMENT', /options\.device/],
    ['a logger that is none', { logger: { info() {} } }, 'INVALID_ARGUMENT', /options\.logger\.error/],
    ['a listener that is none', { onProgress: 1 }, 'INVALID_ARGUMENT', /options\.onProgress: expected a function/],
    ['a size that is none', { freeDimensionOverrides: { N: 0 } }, 'OUT_OF_RANGE', /freeDimensionOverrides\.N/],
    ['a dimension that is unknown', { freeDimensionOverrides: { H: 5 } }, 'INVALID_ARGUMENT', /it has N\).*"H"/],
    ['another batching option', { batching: { maxDelayMs: 1 } }, 'INVALID_ARGUMENT', /options\.batching\.maxDelayMs/],
    ['a key that is none', { sign: 'key' }, 'INVALID_ARGUMENT', /options\.sign/],
  ])('%s', async (_, options, code, text) => {
    const { file, output } = setUpBuild();
    const error = await rejection(build(file, { output, targets: 'sm86', ...options } as BuildOptions));
    expect(error).toMatchObject({ code });
    expect(error.message).toMatch(text);
  });

  test('all reach the builder', async () => {
    // TensorRT takes all of them, and wants a GPU.
    const devices = [{ index: 0, name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6' }];
    const { file, output, calls } = setUpBuild({ devices });
    const report = await build(file, {
      output,
      backend: 'tensorrt',
      tf32: true,
      optimizationLevel: 5,
      memoryPools: { workspace: 1024, tacticDram: 5 },
      auxStreams: 1,
      tacticSources: ['jitConvolutions'],
      sparseWeights: true,
      tiling: { level: 'fast', l2LimitBytes: 4096 },
      avgTimingIterations: 2,
      maxTactics: 7,
      timingCache: { load: ['a', 'b'], save: 'c', ignoreMismatch: true },
      versionCompatible: true,
      hardwareCompatibility: 'amperePlus',
      runtimePlatform: 'windowsAmd64',
      stripWeights: true,
      refittable: 'identical',
      weightStreaming: true,
      strictNans: true,
    });
    const args = calls()[0]?.args.join(' ');
    for (const part of [
      '--flag tf32', '--flag sparseWeights', '--flag stripPlan', '--flag refitIdentical', '--flag weightStreaming', '--flag strictNans',
      '--flag versionCompatible --flag excludeLeanRuntime', '--memory-pool workspace=1024', '--memory-pool tacticDram=5',
      '--optimization-level 5', '--aux-streams 1', '--avg-timing-iterations 2', '--max-tactics 7', '--tactic-source jitConvolutions',
      '--tiling fast', '--tiling-l2-bytes 4096', '--hardware-compatibility amperePlus', '--runtime-platform windowsAmd64',
      '--timing-cache a --timing-cache b', '--save-timing-cache c', '--ignore-timing-mismatch true',
    ]) expect(args).toContain(part); // biome-ignore format: a list
    expect(args).not.toContain('--target');
    expect(report).toMatchObject({
      backend: 'tensorrt',
      targets: ['sm86'],
      ignored: [],
      header: {
        device: { name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6', driver: '580.65' },
        refittable: true,
        stripped: true,
        versionCompatible: true,
      },
    });
  });
});
