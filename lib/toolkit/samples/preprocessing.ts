import { argumentError } from '../../errors.js';
import { choiceOption, integerOption, knownKeys, objectOption } from '../../options.js';

const fits = ['cover', 'contain', 'fill'] as const;
const channelOrders = ['rgb', 'bgr', 'gray'] as const;
const layouts = ['nchw', 'nhwc'] as const;
const types = ['float32', 'uint8'] as const;
const kernels = ['nearest', 'linear', 'cubic', 'mitchell', 'lanczos2', 'lanczos3'] as const;

/**
 * How a picture becomes the input of a model. Plain data: it may be kept as JSON beside the model. For float32, an element
 * is `(pixel * scale - mean[c]) / std[c]`, where `pixel` is 0 to 255 and `c` counts channels in the order of `channels`.
 */
export interface Preprocessing {
  /** Pixels of the result, 1 to 16384. */
  width: number;
  /** Pixels of the result, 1 to 16384. */
  height: number;
  /**
   * 'cover': keeps proportions and cuts off what is too much, on both sides alike; 'contain': keeps proportions and pads
   * with `padColor`, on both sides alike; 'fill': stretches. @default 'cover'
   */
  fit?: (typeof fits)[number];
  /** 'gray' is one channel, 0.299 R + 0.587 G + 0.114 B, rounded. @default 'rgb' */
  channels?: (typeof channelOrders)[number];
  /** 'nchw': [1, channels, height, width]; 'nhwc': [1, height, width, channels]. @default 'nchw' */
  layout?: (typeof layouts)[number];
  /** 'uint8' has the pixels as they are, so without `scale`, `mean` and `std`. @default 'float32' */
  type?: (typeof types)[number];
  /** @default 1 / 255 */
  scale?: number;
  /** Subtracted after scaling; one number per channel. @default 0 for each */
  mean?: readonly number[];
  /** Divided by after that; one number per channel. @default 1 for each */
  std?: readonly number[];
  /** Red, green and blue, 0 to 255: for 'contain', and under transparent pixels. @default [0, 0, 0] */
  padColor?: readonly number[];
  /** How pixels are interpolated, by sharp's names. @default 'lanczos3' */
  kernel?: (typeof kernels)[number];
}

/** A `Preprocessing` with every default filled in. */
export type ResolvedPreprocessing = Required<Preprocessing>;

const keys = [
  ...['width', 'height', 'fit', 'channels', 'layout', 'type'],
  ...['scale', 'mean', 'std', 'padColor', 'kernel'],
];
const MAX_SIDE = 16_384;

/**
 * Checks a description and fills in the defaults.
 * @throws NodeTensorRTError INVALID_ARGUMENT or OUT_OF_RANGE, with the option's name
 */
export function resolvePreprocessing(preprocessing: Preprocessing): ResolvedPreprocessing {
  const given = objectOption<Preprocessing>('preprocessing', preprocessing);
  knownKeys('preprocessing', given, keys);
  const channels = choiceOption('preprocessing.channels', given.channels ?? 'rgb', channelOrders);
  const type = choiceOption('preprocessing.type', given.type ?? 'float32', types);
  const count = channels === 'gray' ? 1 : 3;
  if (type === 'uint8') refuseNumbers(given);
  return {
    width: integerOption('preprocessing.width', given.width, 1, MAX_SIDE),
    height: integerOption('preprocessing.height', given.height, 1, MAX_SIDE),
    fit: choiceOption('preprocessing.fit', given.fit ?? 'cover', fits),
    channels,
    layout: choiceOption('preprocessing.layout', given.layout ?? 'nchw', layouts),
    type,
    scale: type === 'uint8' ? 1 : finite('preprocessing.scale', given.scale ?? 1 / 255),
    mean: numbers('preprocessing.mean', given.mean ?? filled(count, 0), count, finite),
    std: numbers('preprocessing.std', given.std ?? filled(count, 1), count, divisor),
    padColor: numbers('preprocessing.padColor', given.padColor ?? [0, 0, 0], 3, (name, value) =>
      integerOption(name, value, 0, 255),
    ),
    kernel: choiceOption('preprocessing.kernel', given.kernel ?? 'lanczos3', kernels),
  };
}

/** Numbers that would do nothing are refused, except when they are what a resolved description has. */
function refuseNumbers({ scale, mean, std }: Preprocessing): void {
  const neutral = { scale: [1], mean: [0], std: [1] };
  for (const [key, value] of Object.entries({ scale: scale === undefined ? undefined : [scale], mean, std })) {
    const allowed = neutral[key as keyof typeof neutral];
    if (value === undefined || (Array.isArray(value) && value.every((number) => allowed.includes(number)))) continue;
    throw argumentError(`preprocessing.${key}`, "nothing for type 'uint8', whose pixels are left as they are", value);
  }
}

function numbers(
  name: string,
  value: unknown,
  count: number,
  check: (name: string, value: unknown) => number,
): readonly number[] {
  if (!Array.isArray(value) || value.length !== count) {
    throw argumentError(name, `an array of ${count} ${count === 1 ? 'number' : 'numbers'}`, value);
  }
  return value.map((number, i) => check(`${name}[${i}]`, number));
}

function finite(name: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw argumentError(name, 'a finite number', value);
  return value;
}

function divisor(name: string, value: unknown): number {
  if (finite(name, value) === 0) throw argumentError(name, 'another number than 0', value, 'OUT_OF_RANGE');
  return value as number;
}

function filled(count: number, value: number): number[] {
  return new Array<number>(count).fill(value);
}
