import { WrongUse } from './failure.js';

const UNITS: Readonly<Record<string, number>> = { '': 0, B: 0, KiB: 1, MiB: 2, GiB: 3, TiB: 4 };

/** A number of bytes, as 500MiB, 1.5GiB or 1048576. */
export function parseSize(option: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?) ?([A-Za-z]*)$/.exec(text) ?? [];
  const power = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  const bytes = count === undefined || power === undefined ? Number.NaN : Number(count) * 1024 ** power;
  if (!(bytes <= Number.MAX_SAFE_INTEGER) || (power === 0 && !Number.isInteger(bytes))) {
    throw new WrongUse(`${option}: expected a size as 500MiB, 5GiB or a number of bytes, received '${text}'`);
  }
  return Math.floor(bytes);
}
