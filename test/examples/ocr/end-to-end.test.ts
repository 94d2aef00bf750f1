import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Engine, Tensor } from 'node-tensorrt';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReader } from '../../../examples/ocr/reader.mjs';
import { picturePath } from '../../../scripts/lib/pictures.mjs';
import { strokePicture } from './stroke-text.js';

const MAIN = fileURLToPath(new URL('../../../examples/ocr/main.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ocr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The default picture; only a set-up with a network has it. */
const page = process.env['NODE_TENSORRT_PICTURE'] ?? picturePath;
if (!existsSync(page)) console.warn(`Skipped what needs ${page}: npm start fetches it`);

/** What is printed on that page, all that is not cut off. */
const PAGE_TEXT = [
  'Region-based segmentation',
  'Let us first determine markers of the coins and the',
  'background. These markers are pixels that we can label',
  'unambiguously as either object or background. Here,',
  'the markers are found at the two extreme parts of the',
  'histogram of grey values:',
  '>>> markers = np.zeros_like(coins)',
];

/** The share of `expected` that is in `found`, in the same order (longest common subsequence). */
function shareInOrder(expected: string[], found: string[]): number {
  let lengths: number[] = new Array(found.length + 1).fill(0);
  for (const item of expected) {
    const next = [0];
    for (const [j, other] of found.entries()) {
      next.push(item === other ? (lengths[j] ?? 0) + 1 : Math.max(next[j] ?? 0, lengths[j + 1] ?? 0));
    }
    lengths = next;
  }
  return (lengths.at(-1) ?? 0) / expected.length;
}

const words = (lines: { text: string }[]) => lines.flatMap(({ text }) => text.split(' '));

describe('reader', () => {
  let reader: ReturnType<typeof createReader>;
  beforeAll(async () => {
    reader = await createReader().ready();
  });
  afterAll(() => reader.close());

  it.skipIf(!existsSync(page))('reads the default picture nearly perfectly', async () => {
    const { lines, timesMs } = await reader.read(page);
    expect(lines).toHaveLength(PAGE_TEXT.length);
    const expected = PAGE_TEXT.join(' ').split(' ');
    const found = words(lines);
    expect(shareInOrder(expected, found)).toBeGreaterThanOrEqual(0.95);
    expect(found.length).toBeLessThanOrEqual(expected.length * 1.05);
    for (const { confidence } of lines) expect(confidence).toBeGreaterThan(0.85);
    expect(timesMs['recognise: inference']).toBeGreaterThan(0);
  });

  const TEXT = ['THE FOX', 'WALKS IN THE PARK', 'THEN IT RESTS'];

  it.each([0, 7, -7, 15, 30, -30, 90, -90, 173, 180])(
    'reads lines on a page that is turned by %i°',
    async (degrees) => {
      const { lines } = await reader.read(await strokePicture(TEXT, degrees));
      expect(lines.map(({ text }) => text)).toEqual(TEXT);
    },
  );

  it('finds no text in a picture without', async () => {
    const grey = sharp({ create: { width: 300, height: 200, channels: 3, background: '#888' } });
    expect((await reader.read(await grey.png().toBuffer())).lines).toEqual([]);
  });

  it('reads several pictures at once', async () => {
    const pictures = await Promise.all([['THE FOX'], ['HALF PAST NINE']].map((lines) => strokePicture(lines)));
    const results = await Promise.all(pictures.map((picture) => reader.read(picture)));
    expect(results.map(({ lines }) => lines.map(({ text }) => text))).toEqual([['THE FOX'], ['HALF PAST NINE']]);
  });

  describe('with lines of the same width', () => {
    const EQUAL = ['THE FOX', 'THE HAT', 'THE FOX', 'THE HAT', 'THE FOX'];
    const read = async (options: Parameters<typeof createReader>[0], lines = EQUAL) => {
      const reader = createReader(options);
      try {
        const { lines: found } = await reader.read(await strokePicture(lines));
        return { texts: found.map(({ text }) => text), counts: await reader.counts() };
      } finally {
        await reader.close();
      }
    };

    it('recognises them in fewer runs, and reads what it reads one by one', async () => {
      const [together, alone] = [await read({}), await read({ batching: false })];
      expect(together.texts).toEqual(EQUAL);
      expect(alone.texts).toEqual(EQUAL);
      // Five lines and, upside down as well, what was doubtful.
      expect(alone.counts?.lines).toBeGreaterThanOrEqual(5);
      expect(alone.counts).toMatchObject({ runs: alone.counts?.lines, linesPerRun: 1 });
      expect(together.counts?.lines).toBe(alone.counts?.lines);
      expect(together.counts?.linesPerRun).toBeGreaterThan(1);
    });

    it('reads the same whatever lines they meet, and in whichever order', async () => {
      const order = [4, 1, 0, 3, 2].map((i) => EQUAL[i] as string);
      expect((await read({}, order)).texts).toEqual(order);
      expect((await read({ engineOptions: { batching: { maxSize: 5 } } })).texts).toEqual(EQUAL);
    });

    it('works with a runtime that has no batches and counts nothing', async () => {
      const load = async (path: string) => {
        const engine = await Engine.load(path, { batching: false });
        const { inputs, outputs, name } = engine;
        const run = (feeds: Parameters<typeof engine.run>[0]) => engine.run(feeds);
        return { inputs, outputs, name, run, close: () => engine.close() };
      };
      const other = { Engine: { load }, Tensor } as unknown as { Engine: typeof Engine; Tensor: typeof Tensor };
      const { texts, counts } = await read(other);
      expect(texts).toEqual(EQUAL);
      expect(counts).toBeUndefined();
    });
  });

  it('rejects with the reason of an abort', async () => {
    const reason = new Error('enough');
    const reading = reader.read(await strokePicture(TEXT), { signal: AbortSignal.abort(reason) });
    await expect(reading).rejects.toBe(reason);
  });
});

describe('main', () => {
  const run = async (...args: string[]) => {
    const options = { cwd: folder };
    try {
      return { code: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args], options)) };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };

  it('prints the lines and the times, and writes the annotated picture', async () => {
    writeFileSync(join(folder, 'fox.png'), await strokePicture(['THE FOX']));
    const { code, stdout } = await run('fox.png');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^1 .*THE FOX$/m);
    expect(stdout).toMatch(/^total +[\d.]+ ms$/m);
    expect(stdout).toMatch(/^recognised 1 line in 1 run, 1\.0 lines a run$/m);
    expect(stdout).not.toContain('\x1b');
    const written = join('out', 'fox-annotated.png');
    expect(stdout.trimEnd().endsWith(written)).toBe(true);
    expect(await sharp(join(folder, written)).metadata()).toMatchObject({ format: 'png' });
  });

  it('--json prints one object', async () => {
    writeFileSync(join(folder, 'hat.png'), await strokePicture(['TAKE THE HAT'], 15));
    const { stdout } = await run('hat.png', '--json', '--out', 'hat.webp');
    const result = JSON.parse(stdout);
    expect(words(result.lines)).toEqual(['TAKE', 'THE', 'HAT']);
    expect(Math.abs(result.lines[0].angle - 15)).toBeLessThan(3);
    const { lines, runs, linesPerRun } = result.recognition;
    expect(lines).toBeGreaterThanOrEqual(result.lines.length);
    expect(linesPerRun).toBeCloseTo(lines / runs, 2);
    expect(await sharp(join(folder, 'hat.webp')).metadata()).toMatchObject({ format: 'webp' });
  });

  it('--no-batching recognises the lines one by one', async () => {
    writeFileSync(join(folder, 'twice.png'), await strokePicture(['THE FOX', 'THE FOX']));
    const { stdout } = await run('twice.png', '--json', '--no-batching');
    const { lines, recognition } = JSON.parse(stdout);
    expect(words(lines)).toEqual(['THE', 'FOX', 'THE', 'FOX']);
    expect(recognition).toMatchObject({ runs: recognition.lines, linesPerRun: 1 });
  });

  it('says that there is no text, and succeeds', async () => {
    await sharp({ create: { width: 60, height: 40, channels: 3, background: 'white' } }).toFile(join(folder, 'no.png'));
    const { code, stdout } = await run('no.png');
    expect([code, stdout.includes('no text found')]).toEqual([0, true]);
  });

  it('fails in one line on what is no picture, and exits with 2 on wrong use', async () => {
    writeFileSync(join(folder, 'note.png'), 'not a picture');
    const failed = await run('note.png');
    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toMatch(/^note\.png cannot be read.*\n$/);
    expect(await run('gone.png', '--json')).toMatchObject({
      code: 1,
      stdout: '{"error":"gone.png: there is no such file"}\n',
    });
    expect(await run()).toMatchObject({ code: 2 });
    expect(await run('a.png', '--wrong')).toMatchObject({ code: 2 });
  });
});
