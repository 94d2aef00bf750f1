import { dirname } from 'node:path';
import type { Payload } from '../graph/payload.js';
import type { ExternalDataFile } from './external-data-option.js';
import { openExternal, printable } from './external-location.js';
import { invalid } from './invalid.js';
import { type ByteSource, MemorySource } from './source.js';

/** Where a file of external data is found. */
export type OpenExternal = (location: string, tensor: string) => Promise<ByteSource>;

/** A part of a file of external data. `length` undefined: up to its end. */
export type OpenSpan = (
  location: string,
  offset: number,
  length: number | undefined,
  tensor: string,
) => Promise<Payload>;

/** Files of external data: beside the model's file, or among those that are given along with its bytes. */
export function externalOpener(
  source: string | Uint8Array,
  { externalData, hardLinks }: { externalData: readonly ExternalDataFile[]; hardLinks: boolean },
): OpenExternal {
  if (typeof source === 'string') {
    return (location, tensor) => openExternal(dirname(source), location, tensor, { hardLinks });
  }
  const files = new Map(externalData.map(({ path, data }) => [path, data]));
  return async (location, tensor) => {
    const data = files.get(location);
    if (data) return new MemorySource(location, data);
    const text = `tensor '${tensor}' has its data in '${location}', which options.externalData does not have`;
    throw invalid('external-data-missing', text, { tensor, location });
  };
}

/** Parts of them; each file is opened once. Throws MODEL_INVALID with reason 'external-data-out-of-range', and as `openFile`. */
export function externalSpans(openFile: OpenExternal): OpenSpan {
  const files = new Map<string, Promise<ByteSource>>();
  return async (location, offset, length, tensor) => {
    const opened = files.get(location) ?? openFile(location, printable(tensor));
    files.set(location, opened);
    const file = await opened;
    const end = length === undefined ? file.byteLength : offset + length;
    if (offset > file.byteLength || end > file.byteLength) {
      const text =
        `external data '${printable(location)}' of tensor '${printable(tensor)}' has ${file.byteLength} bytes, but the ` +
        `tensor needs bytes ${offset} to ${end}; it may be cut short or belong to another model`;
      throw invalid('external-data-out-of-range', text, { tensor: printable(tensor), location: printable(location) });
    }
    return file.payload(offset, end);
  };
}
