import { resultTensor, type Tensor } from '../../tensor/tensor.js';
import { allocateBytes } from './failure.js';
import type { ResolvedPreprocessing } from './preprocessing.js';
import { inTurns } from './turns.js';

/** Pixels, red, green and blue in turn, as the tensor that the description asks for. */
export async function toTensor(file: string, pixels: Uint8Array, wanted: ResolvedPreprocessing): Promise<Tensor> {
  const { width, height, channels, layout, type } = wanted;
  const area = width * height;
  const count = channels === 'gray' ? 1 : 3;
  const elements = area * count;
  const data =
    type === 'uint8'
      ? new Uint8Array(allocateBytes(file, elements))
      : new Float32Array(allocateBytes(file, elements * 4));
  const [step, plane] = layout === 'nchw' ? [1, area] : [count, 1];
  const tables = Array.from({ length: count }, (_, c) => valueTable(wanted, c));
  await inTurns(area, (from, to) => {
    for (let c = 0; c < count; c++) {
      const table = tables[c] as Float64Array;
      const source = channels === 'bgr' ? 2 - c : c;
      for (let i = from; i < to; i++) {
        const pixel = channels === 'gray' ? grayOf(pixels, i * 3) : (pixels[i * 3 + source] as number);
        data[i * step + c * plane] = table[pixel] as number;
      }
    }
  });
  return resultTensor(type, data, layout === 'nchw' ? [1, count, height, width] : [1, height, width, count]);
}

/** What each of the 256 values of a pixel becomes in channel `c`. */
function valueTable({ type, scale, mean, std }: ResolvedPreprocessing, c: number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, pixel) =>
    type === 'uint8' ? pixel : (pixel * scale - (mean[c] as number)) / (std[c] as number),
  );
}

/** Weights of ITU-R BT.601, as Pillow and OpenCV have them. */
function grayOf(pixels: Uint8Array, at: number): number {
  const [red, green, blue] = [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
  return Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
}
