import { argumentError } from '../errors.js';
import { integerOption } from '../options.js';

const DEFAULT_BYTES = 10 * 2 ** 30;

/** How large a cache may be: as asked for, or NODE_TENSORRT_CACHE_BYTES, or 10 GiB. Throws INVALID_ARGUMENT, OUT_OF_RANGE. */
export function sizeLimit(name: string, asked: unknown, env: NodeJS.ProcessEnv = process.env): number {
  if (asked !== undefined) return integerOption(name, asked, 0, Number.MAX_SAFE_INTEGER);
  const text = env['NODE_TENSORRT_CACHE_BYTES'];
  if (!text) return DEFAULT_BYTES;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw argumentError('NODE_TENSORRT_CACHE_BYTES', 'a whole number of bytes', text);
}
