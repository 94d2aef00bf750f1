import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { NodeTensorRTError } from '../../../dist/esm/errors.js';
import { readImage, readImages } from '../../../dist/esm/toolkit/samples/index.js';
import type { TensorLike, TensorMap } from '../../../lib/tensor/types.js';
import type { Preprocessing } from '../../../lib/toolkit/samples/index.js';
import { ensurePictures, picturePath } from '../../../scripts/lib/pictures.mjs';
import { findTools } from '../../../scripts/lib/tools.mjs';
import { failure, rejection } from '../../support/failure.js';
import { randomNumbers } from '../../support/random.js';
import { tempFolder } from '../../support/temp-folder.js';

/** A picture of random pixels, and those pixels: red, green and blue in turn. */
function randomPicture(width: number, height: number, seed = 9) {
  const random = randomNumbers(seed);
  const pixels = Uint8Array.from({ length: width * height * 3 }, () => random(256));
  return { width, height, pixels, image: sharp(pixels, { raw: { width, height, channels: 3 } }) };
}

/** A row of single pixels. */
const row = (...colors: number[][]) =>
  sharp(Uint8Array.from(colors.flat()), { raw: { width: colors.length, height: 1, channels: 3 } });

const red = [255, 0, 0];
const green = [0, 255, 0];
const blue = [0, 0, 255];
const raw = { type: 'uint8', layout: 'nhwc', kernel: 'nearest' } as const;

/** Slow and plain: each element by itself. */
function byHand(pixels: Uint8Array, p: Preprocessing): { data: number[]; dims: number[] } {
  const { width, height } = p;
  const order = { rgb: [0, 1, 2], bgr: [2, 1, 0], gray: [0] }[p.channels ?? 'rgb'];
  const value = (y: number, x: number, c: number) => {
    const at = (y * width + x) * 3;
    const [r, g, b] = pixels.subarray(at, at + 3) as unknown as [number, number, number];
    const pixel =
      p.channels === 'gray' ? Math.round(0.299 * r + 0.587 * g + 0.114 * b) : pixels[at + (order[c] as number)];
    if (p.type === 'uint8') return pixel as number;
    return Math.fround(((pixel as number) * (p.scale ?? 1 / 255) - (p.mean?.[c] ?? 0)) / (p.std?.[c] ?? 1));
  };
  const data: number[] = [];
  const channels = order.length;
  if (p.layout === 'nhwc') {
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) data.push(value(y, x, c));
    return { data, dims: [1, height, width, channels] };
  }
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.push(value(y, x, c));
  return { data, dims: [1, channels, height, width] };
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

describe('readImage', () => {
  const numbers: Partial<Preprocessing>[] = [
    {},
    imagenet,
    { scale: 1, mean: [127.5, 127.5, 127.5], std: [128, 128, 128] },
    { type: 'uint8' },
  ];
  const combinations = (['rgb', 'bgr', 'gray'] as const).flatMap((channels) =>
    (['nchw', 'nhwc'] as const).flatMap((layout) => numbers.map((n) => ({ channels, layout, ...n }))),
  );

  test.each(combinations)('normalises as computed by hand: %j', async (combination) => {
    const { width, height, pixels, image } = randomPicture(7, 5);
    const isGray = combination.channels === 'gray';
    const wanted: Preprocessing = { width, height, ...combination };
    if (isGray && wanted.mean) wanted.mean = wanted.mean.slice(0, 1);
    if (isGray && wanted.std) wanted.std = wanted.std.slice(0, 1);
    const tensor = await readImage(await image.png().toBuffer(), wanted);
    expect(tensor.type).toBe(wanted.type ?? 'float32');
    expect({ data: [...(tensor.data as Float32Array)], dims: tensor.dims }).toEqual(byHand(pixels, wanted));
  });

  test('normalises a scanned page, also when that takes turns', async () => {
    await ensurePictures((await findTools()).tools.python);
    const { data, info } = await sharp(picturePath).toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    const wanted = { width: info.width, height: info.height, ...imagenet };
    expect(info.width * info.height).toBeGreaterThan(65_536);
    const tensor = await readImage(picturePath, wanted);
    expect([...(tensor.data as Float32Array)]).toEqual(byHand(data, wanted).data);
  });

  test("fits as sharp does: 'cover' cuts, 'contain' pads, 'fill' stretches", async () => {
    const picture = await row(red, green, blue).png().toBuffer();
    const read = async (p: Partial<Preprocessing>) => [
      ...((await readImage(picture, { width: 1, height: 1, ...raw, ...p })).data as Uint8Array),
    ];
    expect(await read({})).toEqual(green);
    const padColor = [9, 8, 7];
    expect(await read({ width: 3, height: 3, fit: 'contain', padColor })).toEqual(
      [padColor, padColor, padColor, red, green, blue, padColor, padColor, padColor].flat(),
    );
    expect(await read({ width: 6, height: 1, fit: 'fill' })).toEqual([red, red, green, green, blue, blue].flat());
  });

  test('interpolates as it is told', async () => {
    const { image } = randomPicture(32, 32);
    const picture = await image.png().toBuffer();
    const [width, height] = [9, 13];
    for (const kernel of ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const) {
      const expected = await sharp(picture).resize({ width, height, fit: 'fill', kernel }).raw().toBuffer();
      const tensor = await readImage(picture, { ...raw, width, height, fit: 'fill', kernel });
      expect(Buffer.from(tensor.data as Uint8Array).equals(expected), kernel).toBe(true);
    }
  });

  test('turns a picture upright as its EXIF data says', async () => {
    // Orientation 6: the first row is the right side.
    const lying = await row(red, green, blue).webp({ lossless: true }).withMetadata({ orientation: 6 }).toBuffer();
    const tensor = await readImage(lying, { width: 1, height: 3, ...raw });
    expect(tensor.dims).toEqual([1, 3, 1, 3]);
    expect([...(tensor.data as Uint8Array)]).toEqual([red, green, blue].flat());
    const upsideDown = await row(red, green, blue).webp({ lossless: true }).withMetadata({ orientation: 3 }).toBuffer();
    expect([...((await readImage(upsideDown, { width: 3, height: 1, ...raw })).data as Uint8Array)]).toEqual(
      [blue, green, red].flat(),
    );
  });

  test('lays transparent pixels over padColor', async () => {
    const rgba = Uint8Array.of(255, 0, 0, 255, 255, 0, 0, 0, 100, 100, 100, 128);
    const picture = await sharp(rgba, { raw: { width: 3, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    const tensor = await readImage(picture, { width: 3, height: 1, ...raw, padColor: [0, 200, 0] });
    const [opaque, clear, half] = [0, 3, 6].map((at) => [...(tensor.data as Uint8Array).subarray(at, at + 3)]);
    expect([opaque, clear]).toEqual([red, [0, 200, 0]]);
    expect(half?.[0]).toBeCloseTo(50, -0.5);
    expect(half?.[1]).toBeCloseTo(150, -0.5);
  });

  test('makes three channels of a grey picture, and eight bits of sixteen', async () => {
    const grey = await sharp(Uint8Array.of(10, 200), { raw: { width: 2, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    expect([...((await readImage(grey, { width: 2, height: 1, ...raw })).data as Uint8Array)]).toEqual([
      10, 10, 10, 200, 200, 200,
    ]);
    const deep = await sharp(Uint16Array.of(0x0a0a, 0xc8c8, 0xffff), { raw: { width: 1, height: 1, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(deep).metadata()).depth).toBe('ushort');
    expect([...((await readImage(deep, { width: 1, height: 1, ...raw })).data as Uint8Array)]).toEqual([10, 200, 255]);
  });

  test('brings a picture with a colour profile to sRGB', async () => {
    const [width, height] = [1, 1];
    const background = { r: 200, g: 50, b: 50 };
    const picture = await sharp({ create: { width, height, channels: 3, background } })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    expect([...(await sharp(picture, { ignoreIcc: true }).raw().toBuffer())]).not.toEqual([200, 50, 50]);
    expect([...((await readImage(picture, { width, height, ...raw })).data as Uint8Array)]).toEqual([200, 50, 50]);
  });

  test('accepts formats by their content, and only those that are asked for', async () => {
    const { image } = randomPicture(8, 8);
    for (const format of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const file = join(tempFolder(), 'picture.jpg');
      writeFileSync(file, await image.clone().toFormat(format).toBuffer());
      const size = { width: 8, height: 8 };
      expect((await readImage(file, size, { formats: [format] })).dims, format).toEqual([1, 3, 8, 8]);
      const others = (['jpeg', 'png', 'gif'] as const).filter((other) => other !== format);
      expect(await rejection(readImage(file, size, { formats: others })), format).toEqual(
        failure('UNSUPPORTED', { reason: 'picture-format', file, received: format }),
      );
    }
    const gif = await image.clone().gif().toBuffer();
    expect((await rejection(readImage(gif, { width: 8, height: 8 }))).message).toContain(
      "add 'gif' to options.formats",
    );
  });

  test.each([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['PDF', '%PDF-1.7'],
    ['nothing', ''],
  ])('never decodes %s', async (_, text) => {
    const all = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
    expect(await rejection(readImage(Buffer.from(text), { width: 1, height: 1 }, { formats: all }))).toEqual(
      failure('UNSUPPORTED', { reason: 'picture-format' }),
    );
  });

  test('asks limits before it decodes', async () => {
    const picture = await sharp({ create: { width: 400, height: 300, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const size = { width: 2, height: 2 };
    expect((await readImage(picture, size, { maxPixels: 120_000 })).dims).toEqual([1, 3, 2, 2]);
    expect(await rejection(readImage(picture, size, { maxPixels: 119_999 }))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large', option: 'options.maxPixels', received: 120_000 }),
    );
    expect(await rejection(readImage(picture, size, { maxBytes: 100 }))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large', option: 'options.maxBytes' }),
    );
    // A header that says 60000 x 60000, with its checksum.
    const bomb = Buffer.from(picture);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    bomb.writeUInt32BE(crc32(bomb.subarray(12, 29)), 29);
    expect(await rejection(readImage(bomb, size))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large', expected: 100_000_000, received: 3_600_000_000 }),
    );
  });

  test.each<[string, unknown, string]>([
    ['formats', { formats: ['svg'] }, 'options.formats'],
    ['formats', { formats: [] }, 'options.formats'],
    ['maxPixels', { maxPixels: 0 }, 'options.maxPixels'],
    ['key', { pixels: 1 }, 'options.pixels'],
  ])('refuses a wrong %s', async (_, options, option) => {
    const error = await rejection(readImage('a.png', { width: 1, height: 1 }, options as never));
    expect(error.details).toMatchObject({ option });
  });

  test('reads pictures that were changed at random, or refuses them with a reason', async () => {
    const { image } = randomPicture(24, 24);
    const originals = await Promise.all(
      (['png', 'jpeg', 'webp'] as const).map((format) => image.clone().toFormat(format).toBuffer()),
    );
    const random = randomNumbers(21);
    let refused = 0;
    for (let i = 0; i < 600; i++) {
      const original = originals[i % originals.length] as Buffer;
      const bytes = random(4) === 0 ? original.subarray(0, random(original.length)) : Buffer.from(original);
      for (let n = random(4); n >= 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
      const settled = await readImage(bytes, { width: 4, height: 4 }, { maxPixels: 10_000 }).catch(
        (error: unknown) => error,
      );
      if (!(settled instanceof Error)) continue;
      refused++;
      expect(settled, bytes.toString('base64')).toBeInstanceOf(NodeTensorRTError);
      expect((settled as NodeTensorRTError).details).toHaveProperty('reason');
    }
    expect(refused).toBeGreaterThan(200);
    expect(refused).toBeLessThan(600);
  });
});

describe('readImages', () => {
  async function all(samples: AsyncIterable<TensorMap>): Promise<TensorMap[]> {
    const found: TensorMap[] = [];
    for await (const sample of samples) found.push(sample);
    return found;
  }

  test('reads the pictures of a folder in natural order, as samples', async () => {
    const folder = tempFolder();
    for (const [i, name] of ['p10.PNG', 'p9.jpeg', 'p1.png'].entries()) {
      const image = sharp({ create: { width: 4, height: 4, channels: 3, background: { r: i * 50, g: 0, b: 0 } } });
      writeFileSync(join(folder, name), await image.png().toBuffer());
    }
    for (const name of ['notes.txt', 'p2.gif', '.p3.png']) writeFileSync(join(folder, name), 'no picture');
    const samples = await all(readImages(folder, { width: 1, height: 1, ...raw }, 'image'));
    expect(samples.map((sample) => [Object.keys(sample), (sample['image'] as TensorLike<'uint8'>).data[0]])).toEqual([
      [['image'], 100],
      [['image'], 50],
      [['image'], 0],
    ]);
  });

  test('names the file that is damaged, when its turn comes', async () => {
    const folder = tempFolder();
    const picture = await sharp({ create: { width: 50, height: 50, channels: 3, background: 'red' } })
      .jpeg()
      .toBuffer();
    writeFileSync(join(folder, '1.jpg'), picture);
    writeFileSync(join(folder, '2.jpg'), picture.subarray(0, picture.length / 2));
    const samples = readImages(folder, { width: 1, height: 1 }, 'x')[Symbol.asyncIterator]();
    expect((await samples.next()).done).toBe(false);
    const error = await rejection(samples.next());
    expect(error).toEqual(failure('INVALID_ARGUMENT', { reason: 'picture-damaged', file: join(folder, '2.jpg') }));
  });

  test('says when there are no pictures, and checks its arguments at once', async () => {
    const folder = tempFolder();
    const size = { width: 1, height: 1 };
    expect(await rejection(all(readImages(folder, size, 'x')))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'no-samples', file: folder }),
    );
    expect(() => readImages(folder, size, '')).toThrow(failure('INVALID_ARGUMENT', { option: 'input' }) as Error);
    expect(() => readImages(folder, { ...size, width: 0 }, 'x')).toThrow(failure('OUT_OF_RANGE') as Error);
  });
});
