// The voice activity detector Silero VAD, in its versions 5 and 4, as the package @ricky0123/vad-web has them.

import { join } from 'node:path';
import type { Engine, TensorLike, TensorMap } from 'node-tensorrt';
import { beforeAll, expect, test } from 'vitest';
import { ensureSilero, sileroDir } from '../../scripts/lib/silero.mjs';
import { pseudoRandom } from '../fixtures/models.js';
import { f32, load } from '../support/engines.js';

beforeAll(ensureSilero, 300_000);

const sr: TensorLike = { type: 'int64', data: BigInt64Array.of(16_000n), dims: [] };
const STREAMS = 5;
const FRAMES = 12;

/** 32 ms at 16 kHz: a tone that comes and goes, and noise, different for each stream. */
function frame(stream: number, index: number): TensorLike<'float32'> {
  const noise = pseudoRandom(512, 1 + stream * FRAMES + index);
  const loud = (index + stream) % 4 < 2 ? 0.6 : 0.02;
  return f32(noise.map((value, i) => loud * (Math.sin((i + 512 * index) * 0.05 * (1 + stream)) + 0.2 * value)), [1, 512]); // biome-ignore format: short
}

/** The probabilities of a stream, its state handed on from run to run by hand. */
async function byHand(engine: Engine, stream: number, states: Record<string, string>): Promise<number[]> {
  const state: TensorMap = {};
  for (const { name, dims } of engine.inputs.filter(({ name }) => name in states)) {
    const shape = dims.map((dim) => (typeof dim === 'number' ? dim : 1));
    state[name] = f32(new Float32Array(shape.reduce((a, b) => a * b)), shape);
  }
  const result: number[] = [];
  for (let i = 0; i < FRAMES; i++) {
    const outputs = await engine.run({ input: frame(stream, i), sr, ...state });
    result.push(outputs['output']?.data[0] as number);
    for (const [input, output] of Object.entries(states)) state[input] = outputs[output] as TensorLike;
  }
  return result;
}

test.each([
  ['silero_vad_v5.onnx', { state: 'stateN' }],
  ['silero_vad_legacy.onnx', { h: 'hn', c: 'cn' }],
])('steps of %s give what runs give whose state is handed on by hand', async (file, states) => {
  const engine = await load(join(sileroDir, file), { threads: 1, sequence: { states } });
  expect(engine.placement.batching).toEqual({ enabled: true, reason: 'proved with generated rows' });
  const expected: number[][] = [];
  for (let stream = 0; stream < STREAMS; stream++) expected.push(await byHand(engine, stream, states));
  const before = engine.stats().batches;
  engine.configure({ batching: { maxSize: STREAMS, maxDelayMs: 60_000 } }); // full batches only

  const steps = Array.from({ length: FRAMES }, (_, i) =>
    Array.from({ length: STREAMS }, (_, stream) =>
      engine.run({ input: frame(stream, i), sr }, { sequence: `stream ${stream}` }),
    ),
  );
  const results = await Promise.all(steps.flat());
  for (let i = 0; i < FRAMES; i++) {
    for (let stream = 0; stream < STREAMS; stream++) {
      const output = results[i * STREAMS + stream]?.['output']?.data[0];
      expect(output, `stream ${stream}, frame ${i}`).toBeCloseTo(expected[stream]?.[i] as number, 4);
    }
  }
  expect(new Set(expected.flat().map((value) => value.toFixed(3))).size, 'values that differ').toBeGreaterThan(20);
  const { sizes, count } = engine.stats().batches;
  expect(sizes[STREAMS]).toBe(FRAMES);
  expect(count - before.count).toBe(FRAMES);
});
