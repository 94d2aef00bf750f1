import { Pipeline } from 'node-tensorrt';
import { describe, expect, it } from 'vitest';
import { Clock } from '../../../examples/ocr/clock.mjs';
import type { PageWithBoxes } from '../../../examples/ocr/detect.mjs';
import { addReading } from '../../../examples/ocr/read-lines.mjs';
import { straightStrip } from '../../../examples/ocr/strip.mjs';

type Parts = Parameters<typeof addReading>[1];
type Network = Parts['recognition'];
type Floats = Parameters<Network['run']>[0];

/** What the stages make of a picture with these boxes. */
async function readLines(raster: PageWithBoxes['raster'], boxes: PageWithBoxes['boxes'], parts: Parts) {
  const pipeline = addReading(Pipeline.create<PageWithBoxes>(), parts).build();
  return pipeline.run({ raster, boxes, clock: new Clock() });
}

/** A picture that is bright on the left: what is cut out upside down is bright on the right. */
const PICTURE = { data: new Uint8Array(96 * 48 * 3).map((_, i) => (i % 288 < 144 ? 255 : 0)), width: 96, height: 48 };
const QUAD: Parameters<typeof straightStrip>[0] = [
  [0, 0],
  [96, 0],
  [96, 48],
  [0, 48],
];
const BOX = { quad: QUAD, strip: straightStrip(QUAD) };

/** Reads "d" with `darkFirst` where the left is dark, and "b" with `brightFirst` where it is bright. */
function recogniser(brightFirst: number, darkFirst: number) {
  const batches: number[] = [];
  const run = async ({ data, dims }: Floats) => {
    const [lines = 0] = dims;
    batches.push(lines);
    const size = data.length / lines;
    const out = Array.from({ length: lines }, (_, i) =>
      (data[i * size] ?? 0) > 0 ? [0, brightFirst, 0, 0] : [0, 0, darkFirst, 0],
    );
    return { data: Float32Array.from(out.flat()), dims: [lines, 1, 4] };
  };
  return { batches, network: { run } as Network };
}

function parts(recognition: Network, upsideDown?: number): Parts {
  const run = async ({ dims: [lines = 0] }: Floats) => {
    if (upsideDown === undefined) throw new Error('the classifier was not to be loaded');
    return {
      data: Float32Array.from({ length: lines * 2 }, (_, i) => (i % 2 === 0 ? 1 - upsideDown : upsideDown)),
      dims: [lines, 2],
    };
  };
  return { recognition, direction: { run }, dictionary: ['', 'b', 'd', ' '] };
}

describe('readLines', () => {
  it('does not load the classifier for lines that are read surely', async () => {
    const lines = await readLines(PICTURE, [BOX], parts(recogniser(0.95, 0).network));
    expect(lines.map(({ text, quad }) => [text, quad])).toEqual([['b', QUAD]]);
  });

  it('turns a doubtful line that is upside down', async () => {
    const lines = await readLines(PICTURE, [BOX], parts(recogniser(0.6, 0.97).network, 0.99));
    expect(lines.map(({ text }) => text)).toEqual(['d']);
    expect(lines[0]?.quad[0]).toEqual([96, 48]);
  });

  it('keeps the surer reading when the classifier is wrong', async () => {
    const lines = await readLines(PICTURE, [BOX], parts(recogniser(0.8, 0.6).network, 0.99));
    expect(lines.map(({ text, quad }) => [text, quad])).toEqual([['b', QUAD]]);
  });

  it('reads a doubtful line once when the classifier takes it for upright', async () => {
    const { network, batches } = recogniser(0.8, 0.99);
    await readLines(PICTURE, [BOX], parts(network, 0.1));
    expect(batches).toEqual([1]);
  });

  it('turns sure lines too when most of the page is upside down, if they are surer so', async () => {
    const short: typeof QUAD = [
      [0, 0],
      [48, 0],
      [48, 48],
      [0, 48],
    ];
    const small = { quad: short, strip: straightStrip(short) };
    const surer = { upright: 0.94, turned: 0.98 };
    const run = async ({ data, dims: [lines = 0, , , width = 0] }: Floats) => {
      const dark = (data[0] ?? 0) < 0;
      const sure = width === 48 ? (run.calls++ === 0 ? surer.upright : surer.turned) : dark ? 0.97 : 0.6;
      return { data: Float32Array.of(0, dark ? 0 : sure, dark ? sure : 0, 0), dims: [lines, 1, 4] };
    };
    run.calls = 0;
    const lines = await readLines(PICTURE, [BOX, small], parts({ run }, 0.99));
    expect(lines.map(({ quad }) => quad[0])).toEqual([
      [96, 48],
      [48, 48],
    ]);
    run.calls = 0;
    surer.turned = 0.93;
    const again = await readLines(PICTURE, [BOX, small], parts({ run }, 0.99));
    expect(again.map(({ quad }) => quad[0])).toEqual([
      [96, 48],
      [0, 0],
    ]);
  });

  it('drops what is no text', async () => {
    expect(await readLines(PICTURE, [BOX], parts(recogniser(0.4, 0.3).network, 0.1))).toEqual([]);
    expect(await readLines(PICTURE, [BOX], parts(recogniser(0, 0).network, 0.1))).toEqual([]);
  });

  it('reads each line by itself, and keeps their order', async () => {
    const { network, batches } = recogniser(0.95, 0.96);
    const other = { quad: BOX.quad, strip: straightStrip([QUAD[2], QUAD[3], QUAD[0], QUAD[1]]) };
    const lines = await readLines(PICTURE, [BOX, other, BOX, other, BOX], parts(network));
    expect(lines.map(({ text }) => text).join('')).toBe('bdbdb');
    expect(batches).toEqual([1, 1, 1, 1, 1]);
  });

  it('runs nothing without boxes', async () => {
    const { network, batches } = recogniser(1, 1);
    expect(await readLines(PICTURE, [], parts(network))).toEqual([]);
    expect(batches).toEqual([]);
  });
});
