import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const BLOCK = 512;

/**
 * Reads chosen files out of a .tgz without unpacking the rest. Knows ustar, PAX and GNU long names.
 * @param {string} file
 * @param {(name: string) => boolean} wanted
 * @returns {AsyncGenerator<{ name: string, content: Buffer }>}
 */
export async function* readTarball(file, wanted) {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  const reader = new ByteReader(source.pipe(gunzip));
  /** @type {string | null} */
  let longName = null;
  for (;;) {
    const header = await reader.take(BLOCK);
    if (header[0] === 0) return;
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    const type = String.fromCharCode(header[156]);
    const name = longName ?? headerName(header);
    const isFile = type === '0' || type === '\0';
    const isLongName = type === 'x' || type === 'L';
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    if (!isLongName && !(isFile && wanted(name))) {
      await reader.skip(padded);
      longName = null;
      continue;
    }
    const content = (await reader.take(padded)).subarray(0, size);
    longName = null;
    if (type === 'x') longName = paxPath(content);
    else if (type === 'L') longName = text(content, 0, size);
    else yield { name, content };
  }
}

/** @param {Buffer} header */
function headerName(header) {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  return prefix ? `${prefix}/${name}` : name;
}

/** @param {Buffer} bytes @param {number} start @param {number} length */
function text(bytes, start, length) {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

/** A PAX record is "<length> <key>=<value>\n", its length counted in bytes. @param {Buffer} records */
function paxPath(records) {
  for (let start = 0; start < records.length; ) {
    const space = records.indexOf(0x20, start);
    const length = Number.parseInt(records.toString('latin1', start, space), 10);
    if (space === -1 || !(length > 0)) throw new Error('The tarball has a broken PAX header');
    const record = records.toString('utf8', space + 1, start + length - 1);
    if (record.startsWith('path=')) return record.slice('path='.length);
    start += length;
  }
  return null;
}

class ByteReader {
  /** @param {AsyncIterable<Buffer>} stream */
  constructor(stream) {
    this.chunks = stream[Symbol.asyncIterator]();
    this.rest = Buffer.alloc(0);
  }

  /** @param {number} count */
  async take(count) {
    const parts = [];
    for (let missing = count; missing > 0; ) {
      const part = await this.some(missing);
      parts.push(part);
      missing -= part.length;
    }
    return parts.length === 1 ? parts[0] : Buffer.concat(parts);
  }

  /** @param {number} count */
  async skip(count) {
    for (let missing = count; missing > 0; ) missing -= (await this.some(missing)).length;
  }

  /** @param {number} limit */
  async some(limit) {
    while (this.rest.length === 0) {
      const { value, done } = await this.chunks.next();
      if (done) throw new Error('The tarball ends too early');
      this.rest = value;
    }
    const part = this.rest.subarray(0, limit);
    this.rest = this.rest.subarray(part.length);
    return part;
  }
}
