import { setTensor } from '../../engine/signature.js';
import { NodeTensorRTError } from '../../errors.js';
import { integerOption, knownKeys, objectOption, pathOption, stringOption } from '../../options.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorMap } from '../../tensor/types.js';
import { sampleError } from './failure.js';
import { listFolder } from './folder.js';
import { ByteBudget, maxBytesOption } from './limits.js';
import { loadSharp } from './load-sharp.js';
import { defaultFormats, endings, formatOf, formatsOption, type PictureFormat } from './picture-format.js';
import { toTensor } from './picture-pixels.js';
import { type Preprocessing, type ResolvedPreprocessing, resolvePreprocessing } from './preprocessing.js';
import { type SampleSource, withBytes } from './random-bytes.js';

export interface ReadImageOptions {
  /** Formats that are accepted, by their content. @default ['jpeg', 'png', 'webp'] */
  formats?: readonly PictureFormat[];
  /** Largest width times height of the picture; asked before it is decoded. @default 100000000 */
  maxPixels?: number;
  /** Largest file in bytes. @default 268435456 (256 MiB) */
  maxBytes?: number;
}

/**
 * Decodes a picture by sharp (an optional package), upright as its EXIF data says and in sRGB, and makes a tensor of it.
 * Of several frames it takes the first.
 *
 * @param source path, `file:` URL, or the bytes of the file
 * @returns [1, channels, height, width], or the other layout
 * @throws NodeTensorRTError INVALID_ARGUMENT (description, options; the file is missing or damaged), UNSUPPORTED (a format
 *   that is not accepted), OUT_OF_RANGE (too large), BACKEND_UNAVAILABLE (no sharp), OUT_OF_MEMORY
 */
export async function readImage(
  source: SampleSource,
  preprocessing: Preprocessing,
  options: ReadImageOptions = {},
): Promise<Tensor> {
  return decode(source, resolvePreprocessing(preprocessing), imageOptions(options));
}

/**
 * Reads the pictures of a folder, in natural order, as samples with one tensor each. Which files are pictures is told by the
 * endings of `formats`; other files are left out. One is in memory at a time. The folder is listed at the first.
 *
 * @param input name of the model's input
 * @throws NodeTensorRTError when iterated: as `readImage`; INVALID_ARGUMENT (no such folder; no pictures in it)
 */
export function readImages(
  folder: string | URL,
  preprocessing: Preprocessing,
  input: string,
  options: ReadImageOptions = {},
): AsyncIterable<TensorMap> {
  const path = pathOption('folder', folder);
  const wanted = resolvePreprocessing(preprocessing);
  const name = stringOption('input', input);
  const checked = imageOptions(options);
  return {
    async *[Symbol.asyncIterator]() {
      for (const picture of await listPictures(path, checked.formats)) {
        const sample: TensorMap = {};
        setTensor(sample, name, await decode(picture, wanted, checked));
        yield sample;
      }
    },
  };
}

async function listPictures(folder: string, formats: readonly PictureFormat[]): Promise<string[]> {
  const wanted = formats.flatMap((format) => endings[format] as readonly string[]);
  const pictures = (await listFolder(folder))
    .filter(({ name, isFolder }) => !isFolder && wanted.some((ending) => name.toLowerCase().endsWith(ending)))
    .map(({ path }) => path);
  if (pictures.length > 0) return pictures;
  throw sampleError(
    folder,
    'no-samples',
    `there are no pictures in it; expected files that end with ${wanted.join(', ')}`,
  );
}

function imageOptions(options: unknown): Required<ReadImageOptions> {
  const given = objectOption<ReadImageOptions>('options', options);
  knownKeys('options', given, ['formats', 'maxPixels', 'maxBytes']);
  return {
    formats: formatsOption('options.formats', given.formats),
    maxPixels: integerOption('options.maxPixels', given.maxPixels ?? 100_000_000, 1, 2 ** 32),
    maxBytes: maxBytesOption(given.maxBytes, 2 ** 28),
  };
}

async function decode(
  source: SampleSource,
  wanted: ResolvedPreprocessing,
  options: Required<ReadImageOptions>,
): Promise<Tensor> {
  const { file, bytes } = await withBytes(source, async (opened) => {
    new ByteBudget(options.maxBytes).take(opened.file, opened.size);
    const content = Buffer.alloc(opened.size);
    await opened.read(content, 0);
    return { file: opened.file, bytes: content };
  });
  checkFormat(file, bytes, options.formats);
  const sharp = await loadSharp();
  return toTensor(file, await pixelsOf(file, sharp, bytes, wanted, options.maxPixels), wanted);
}

/** Before the decoders see anything: those of other formats never run. */
function checkFormat(file: string, bytes: Uint8Array, formats: readonly PictureFormat[]): void {
  const format = formatOf(bytes);
  if (format !== undefined && formats.includes(format)) return;
  const advice =
    format === undefined
      ? `convert it to one of ${defaultFormats.join(', ')}`
      : `convert it, or add '${format}' to options.formats`;
  const text = `expected a picture in ${formats.join(', ')}, received ${format ?? 'another kind of file'}; ${advice}`;
  throw sampleError(file, 'picture-format', text, { expected: [...formats], received: format });
}

async function pixelsOf(
  file: string,
  sharp: Awaited<ReturnType<typeof loadSharp>>,
  bytes: Buffer,
  { width, height, fit, kernel, padColor }: ResolvedPreprocessing,
  maxPixels: number,
): Promise<Uint8Array> {
  const [r, g, b] = padColor as [number, number, number];
  const background = { r, g, b };
  try {
    // The limit of sharp says neither number; asking for the size alone decodes nothing.
    checkPixels(file, await sharp(bytes, { limitInputPixels: false }).metadata(), maxPixels);
    return await sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error' })
      .autoOrient()
      .flatten({ background })
      .resize({ width, height, fit, kernel, background })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer();
  } catch (error) {
    if (error instanceof NodeTensorRTError) throw error;
    const what = error instanceof Error ? error.message : String(error);
    throw sampleError(file, 'picture-damaged', `the picture cannot be decoded: ${what.trim()}`, {}, error);
  }
}

function checkPixels(file: string, { width, height }: { width: number; height: number }, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  const text = `expected at most ${maxPixels} pixels, received ${width} x ${height}; raise options.maxPixels if that is meant`;
  throw sampleError(file, 'too-large', text, {
    option: 'options.maxPixels',
    expected: maxPixels,
    received: width * height,
  });
}
