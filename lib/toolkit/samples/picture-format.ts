import { argumentError } from '../../errors.js';

/** Formats that can be read, with the endings that their files have. Documents, such as SVG and PDF, never are. */
export const endings = {
  jpeg: ['.jpg', '.jpeg'],
  png: ['.png'],
  webp: ['.webp'],
  gif: ['.gif'],
  tiff: ['.tif', '.tiff'],
  avif: ['.avif'],
} as const satisfies Record<string, readonly string[]>;

/** A format of pictures. */
export type PictureFormat = keyof typeof endings;

export const defaultFormats: readonly PictureFormat[] = ['jpeg', 'png', 'webp'];

export function formatsOption(name: string, value: unknown): readonly PictureFormat[] {
  if (value === undefined) return defaultFormats;
  const known = Object.keys(endings);
  if (!Array.isArray(value) || value.length === 0 || !value.every((format) => known.includes(format))) {
    throw argumentError(name, `an array of some of ${known.join(', ')}`, value);
  }
  return [...value];
}

/** What a picture is by its first bytes; names and endings prove nothing. */
export function formatOf(bytes: Uint8Array): PictureFormat | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 16)).toString('latin1');
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('RIFF') && start.slice(8, 12) === 'WEBP') return 'webp';
  if (start.startsWith('GIF87a') || start.startsWith('GIF89a')) return 'gif';
  if (start.startsWith('II*\0') || start.startsWith('MM\0*')) return 'tiff';
  if (/^ftypavi[fs]/.test(start.slice(4))) return 'avif';
  return undefined;
}
