import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { checkOutput, overlaySvg, writeAnnotated } from '../../../examples/ocr/annotate.mjs';
import { decodePicture, PictureError, shrinkToFit, workingScale } from '../../../examples/ocr/picture.mjs';
import { straightStrip } from '../../../examples/ocr/strip.mjs';

const folder = mkdtempSync(join(tmpdir(), 'ocr-picture-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const QUAD: Parameters<typeof straightStrip>[0] = [
  [10, 10],
  [90, 10],
  [90, 30],
  [10, 30],
];

const blank = (width: number, height: number, background = '#123456') =>
  sharp({ create: { width, height, channels: 3, background } });

describe('workingScale', () => {
  it.each([
    [100, 50, 3],
    [384, 191, 2],
    [768, 2000, 1],
    [3000, 4000, 1],
    [8192, 100, 0.5],
  ])('of a picture of %i × %i is %d', (width, height, scale) => {
    expect(workingScale(width, height)).toBe(scale);
  });
});

describe('decodePicture', () => {
  it('gives three channels, also of a grey picture', async () => {
    const png = await blank(40, 20).greyscale().png().toBuffer();
    const { raster, width, height, scale } = await decodePicture(png);
    expect([width, height, scale, raster.width, raster.height]).toEqual([40, 20, 3, 120, 60]);
    expect(raster.data).toHaveLength(120 * 60 * 3);
  });

  it('lays transparent pictures on white', async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    const { raster } = await decodePicture(await clear.png().toBuffer());
    expect(new Set(raster.data)).toEqual(new Set([255]));
  });

  it('holds a picture upright as its EXIF data says', async () => {
    const jpeg = await blank(40, 20).jpeg().withMetadata({ orientation: 6 }).toBuffer();
    expect(await decodePicture(jpeg)).toMatchObject({ width: 20, height: 40 });
  });

  it('bounds a huge picture', async () => {
    const { raster, scale } = await decodePicture(await blank(9000, 30).png().toBuffer());
    expect(raster.width).toBe(4096);
    expect(scale).toBeCloseTo(4096 / 9000);
  });

  it('tells what is wrong with a file', async () => {
    const text = join(folder, 'text.png');
    writeFileSync(text, 'no picture');
    await expect(decodePicture(text)).rejects.toThrow(/text\.png cannot be read as a picture/);
    await expect(decodePicture(text)).rejects.toBeInstanceOf(PictureError);
    await expect(decodePicture(join(folder, 'none.png'))).rejects.toThrow(/there is no such file/);
    await expect(decodePicture(folder)).rejects.toThrow(/is not a file/);
    await expect(decodePicture(new Uint8Array())).rejects.toBeInstanceOf(PictureError);
  });
});

describe('shrinkToFit', () => {
  const raster = { data: new Uint8Array(60 * 30 * 3), width: 60, height: 30 };

  it('leaves a raster that fits', async () => {
    expect(await shrinkToFit(raster, 60)).toBe(raster);
  });

  it('keeps the shape of a larger one', async () => {
    expect(await shrinkToFit(raster, 20)).toMatchObject({ width: 20, height: 10 });
  });
});

describe('writeAnnotated', () => {
  const line = { text: 'x', confidence: 0.95, quad: QUAD, strip: straightStrip(QUAD) };

  it('enlarges a small picture and draws on it, in the format of the name', async () => {
    const picture = await decodePicture(await blank(100, 50, 'white').png().toBuffer());
    const path = join(folder, 'new', 'a.jpg');
    await writeAnnotated(path, picture, [line]);
    expect(await sharp(path).metadata()).toMatchObject({ format: 'jpeg', width: 1280 + 96, height: 640 + 96 });
    const { channels } = await sharp(path).stats();
    expect(channels[0]?.min).toBeLessThan(60);
  });

  it('refuses names of other formats', () => {
    expect(() => checkOutput('a.txt')).toThrow(PictureError);
    expect(() => checkOutput('a')).toThrow(PictureError);
    expect(() => checkOutput('A.PNG')).not.toThrow();
  });

  it('needs no font: numbers are strokes, one outline and one tag per line', () => {
    const svg = overlaySvg([line, line], { scale: 1, width: 200, height: 100 });
    expect(svg).not.toContain('<text');
    expect(svg.match(/<polygon/g)).toHaveLength(2);
    expect(svg.match(/<rect/g)).toHaveLength(2);
  });
});
