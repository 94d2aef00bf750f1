import { Pipeline } from 'node-tensorrt';
import { describe, expect, it } from 'vitest';
import { bucketOf, bucketWidth, WIDTHS } from '../../../examples/ocr/buckets.mjs';
import { Clock } from '../../../examples/ocr/clock.mjs';
import { decodeCtc } from '../../../examples/ocr/ctc.mjs';
import { plainText } from '../../../examples/ocr/plain-text.mjs';
import { Round, recognition as recognitionOptions } from '../../../examples/ocr/recognise.mjs';
import { straightStrip } from '../../../examples/ocr/strip.mjs';
import { toDetectorPlanes, toSignedPlanes } from '../../../examples/ocr/tensors.mjs';

/** Blank, letters, space: as the recogniser's classes are laid out. */
const DICTIONARY = ['', 'a', 'b', ' '];

/** A row of probabilities per step; what is not named shares the rest. */
function decode(steps: Record<string, number>[]) {
  const rows = steps.flatMap((step) => DICTIONARY.map((character) => step[character] ?? 0));
  return decodeCtc(Float32Array.from(rows), { steps: steps.length, classes: 4, dictionary: DICTIONARY });
}

describe('decodeCtc', () => {
  it('joins repeats and drops blanks', () => {
    expect(decode([{ a: 1 }, { a: 1 }, { '': 1 }, { b: 1 }]).text).toBe('ab');
  });

  it('keeps a letter that a blank parts from the same letter', () => {
    expect(decode([{ a: 1 }, { '': 1 }, { a: 1 }]).text).toBe('aa');
  });

  it('takes the mean of the characters for its confidence, repeats and blanks left out', () => {
    const { confidence } = decode([{ a: 0.6 }, { a: 0.9 }, { '': 0.5 }, { b: 0.8 }]);
    expect(confidence).toBeCloseTo(0.7);
  });

  it('reads nothing from blanks, with no confidence', () => {
    expect(decode([{ '': 1 }, { '': 1 }])).toEqual({ text: '', confidence: 0 });
  });

  it('finds a space that hides behind blanks', () => {
    expect(decode([{ a: 1 }, { '': 0.8, ' ': 0.2 }, { b: 1 }]).text).toBe('a b');
    expect(decode([{ a: 1 }, { '': 0.93, ' ': 0.07 }, { '': 0.93, ' ': 0.07 }, { b: 1 }]).text).toBe('a b');
  });

  it('makes no space of a trace, none twice, and none at the start', () => {
    expect(decode([{ a: 1 }, { '': 0.98, ' ': 0.02 }, { b: 1 }]).text).toBe('ab');
    expect(decode([{ a: 1 }, { '': 0.6, ' ': 0.4 }, { ' ': 1 }, { '': 0.6, ' ': 0.4 }, { b: 1 }]).text).toBe('a b');
    expect(decode([{ '': 0.6, ' ': 0.4 }, { b: 1 }]).text).toBe('b');
  });
});

describe('plainText', () => {
  it('narrows wide punctuation in a Latin line only', () => {
    expect(plainText(' like（coins）！ ')).toBe('like(coins)!');
    expect(plainText('你好（世界）')).toBe('你好（世界）');
  });
});

describe('buckets', () => {
  it('are multiples of 16 that stretch no line by more than 16 %, and one of 200 pixels or more by 9 %', () => {
    expect(WIDTHS.every((width) => width % 16 === 0)).toBe(true);
    for (let width = 48; width < 3200; width++) {
      const bucket = bucketWidth(width);
      const stretch = Math.max(bucket / width, width / bucket);
      expect(stretch).toBeLessThan(width < 200 ? 1.16 : 1.09);
    }
  });

  it('take the nearest end for lines that are shorter or longer than all', () => {
    expect(bucketWidth(5)).toBe(WIDTHS[0]);
    expect(bucketWidth(1e6)).toBe(WIDTHS.at(-1));
  });

  it('depend on the shape of the line, not on its size', () => {
    const strip = (scale: number) =>
      straightStrip([
        [0, 0],
        [200 * scale, 0],
        [200 * scale, 20 * scale],
        [0, 20 * scale],
      ]);
    expect(bucketOf(strip(1))).toBe(bucketOf(strip(7)));
    expect(bucketOf(strip(1))).toBe(bucketWidth(480));
  });
});

describe('recognition', () => {
  const raster = (width: number, value: number) => ({
    data: new Uint8Array(width * 48 * 3).fill(value),
    width,
    height: 48,
  });
  /** Ends its runs when told, in any order. Reads "a" where it is dark, "b" where it is bright. */
  function recogniser() {
    const runs: { dims: readonly number[]; size: number; end: () => void }[] = [];
    const run = ({ data, dims }: { data: Float32Array; dims: readonly number[] }) =>
      new Promise<{ data: Float32Array<ArrayBuffer>; dims: readonly number[] }>((resolve) => {
        const row = (data[0] ?? 0) < 0 ? [0, 1, 0, 0] : [0, 0, 1, 0];
        const end = () => resolve({ data: Float32Array.from(row), dims: [1, 1, 4] });
        runs.push({ dims, size: data.length, end });
      });
    return { runs, recognition: { run } };
  }
  type Recognition = ReturnType<typeof recogniser>['recognition'];

  /** What the stage makes of them. */
  function recogniseLines(crops: ReturnType<typeof raster>[], recognition: Recognition) {
    const round = new Round(new Clock());
    const pipeline = Pipeline.create<typeof crops>()
      .fanOut('lines', (given) => given.map((crop) => ({ crop, round })))
      .stage('recognise', recognition, recognitionOptions(DICTIONARY))
      .join('all')
      .build();
    return pipeline.run(crops);
  }

  it('submits every line by itself, at its own width and not padded, and does not wait for the ones before', async () => {
    const { runs, recognition } = recogniser();
    const crops = [raster(64, 0), raster(80, 255), raster(64, 255)];
    const reading = recogniseLines(crops, recognition);
    while (runs.length < crops.length) await new Promise(setImmediate);
    expect(runs.map(({ dims }) => dims)).toEqual([64, 80, 64].map((width) => [1, 3, 48, width]));
    expect(runs.map(({ size }) => size)).toEqual([64, 80, 64].map((width) => 3 * 48 * width));
    for (const { end } of runs) end();
    await reading;
  });

  it('gives every crop its own reading, in their order, whichever ends first', async () => {
    const { runs, recognition } = recogniser();
    const crops = [raster(64, 0), raster(64, 255), raster(64, 0)];
    const reading = recogniseLines(crops, recognition);
    while (runs.length < crops.length) await new Promise(setImmediate);
    for (const { end } of runs.toReversed()) end();
    const lines = await reading;
    expect(lines.map(({ crop }) => crop)).toEqual(crops);
    expect(lines.map(({ reading: { text } }) => text)).toEqual(['a', 'b', 'a']);
  });
});

describe('tensors', () => {
  const pixel = (red: number, green: number, blue: number) => ({
    data: Uint8Array.of(red, green, blue),
    width: 1,
    height: 1,
  });

  it('toSignedPlanes orders blue, green, red, and leaves 0 to the right', () => {
    const planes = toSignedPlanes([pixel(255, 0, 127.5), pixel(0, 255, 0)], 1, 2);
    const expected = [-0.004, 0, -1, 0, 1, 0, -1, 0, 1, 0, -1, 0];
    for (const [i, value] of expected.entries()) expect(planes[i]).toBeCloseTo(value, 2);
    expect(planes).toHaveLength(12);
  });

  it('toSignedPlanes cuts off what is too wide', () => {
    const wide = { data: Uint8Array.of(0, 0, 0, 255, 255, 255), width: 2, height: 1 };
    expect([...toSignedPlanes([wide], 1, 1)]).toEqual([-1, -1, -1]);
  });

  it('toDetectorPlanes fills up to multiples of 32 with the mean', () => {
    const { data, width, height } = toDetectorPlanes(pixel(255, 255, 255));
    expect([width, height]).toEqual([32, 32]);
    expect(data[0]).toBeCloseTo((1 - 0.485) / 0.229, 4);
    expect(data[1]).toBe(0);
    expect(data[2 * 32 * 32]).toBeCloseTo((1 - 0.406) / 0.225, 4);
  });
});
