import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readNpy, readNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { failure, rejection } from '../../support/failure.js';
import { tempFolder } from '../../support/temp-folder.js';
import { npyFile, type Part, zipFile } from './support.js';

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
const two = npyFile(header("'<f4'", '(2,)'), new Uint8Array(8));

describe('readNpy', () => {
  test.each([
    ['as NumPy writes it', header("'<f4'", '(2,)')],
    ['with other quotes, order and spaces', '{"shape":( 2 , ),"fortran_order":True,"descr":"<f4"}'],
    ['with the long numbers of Python 2', header("'<f4'", '(2L,)')],
  ])('reads a header %s', async (_, text) => {
    expect(await readNpy(npyFile(text, new Uint8Array(8)))).toMatchObject({ type: 'float32', dims: [2] });
  });

  test.each<[string, Buffer, string, string]>([
    ['no bytes', Buffer.alloc(0), 'INVALID_ARGUMENT', 'malformed'],
    ['other bytes', Buffer.from('hello, this is a text'), 'INVALID_ARGUMENT', 'malformed'],
    [
      'a version that does not exist',
      npyFile(header("'<f4'", '(0,)'), Buffer.alloc(0), 4),
      'INVALID_ARGUMENT',
      'malformed',
    ],
    ['a header that is cut short', two.subarray(0, 30), 'INVALID_ARGUMENT', 'malformed'],
    ['a header beyond the limit', npyFile(`${' '.repeat(10_000)}{}`), 'OUT_OF_RANGE', 'too-large'],
    ['data that is cut short', two.subarray(0, -1), 'INVALID_ARGUMENT', 'truncated'],
    ['data that is too long', Buffer.concat([two, two]), 'INVALID_ARGUMENT', 'trailing-data'],
    ['no dictionary', npyFile('[1, 2]'), 'INVALID_ARGUMENT', 'malformed'],
    ['a missing key', npyFile("{'descr': '<f4', 'shape': ()}"), 'INVALID_ARGUMENT', 'malformed'],
    [
      'a key too much',
      npyFile("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}"),
      'INVALID_ARGUMENT',
      'malformed',
    ],
    [
      'a key twice',
      npyFile("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}"),
      'INVALID_ARGUMENT',
      'malformed',
    ],
    ['code in the header', npyFile(header("'<f4'", '(__import__("os"),)')), 'INVALID_ARGUMENT', 'malformed'],
    ['deep nesting', npyFile('('.repeat(5000)), 'INVALID_ARGUMENT', 'malformed'],
    ['a shape that is no tuple', npyFile(header("'<f4'", '(2)'), new Uint8Array(8)), 'INVALID_ARGUMENT', 'malformed'],
    ['a negative size', npyFile(header("'<f4'", '(-1,)')), 'INVALID_ARGUMENT', 'malformed'],
    ['a size that is text', npyFile(header("'<f4'", "('2',)")), 'INVALID_ARGUMENT', 'malformed'],
    ['an order that is a number', npyFile(header("'<f4'", '(0,)', '1')), 'INVALID_ARGUMENT', 'malformed'],
    ['a product over 2^53', npyFile(header("'<f4'", '(4294967296, 4294967296)')), 'OUT_OF_RANGE', 'too-large'],
    ['a product that is 2^64', npyFile(header("'|u1'", '(65536, 65536, 65536, 65536)')), 'OUT_OF_RANGE', 'too-large'],
    ['33 dimensions', npyFile(header("'|u1'", `(${'1, '.repeat(33)})`), Buffer.alloc(1)), 'OUT_OF_RANGE', 'too-large'],
    ['a billion empty strings', npyFile(header("'|S0'", '(1000000000,)')), 'OUT_OF_RANGE', 'too-large'],
    [
      'a very long string',
      npyFile(header("'<U2000000'", '(1,)'), Buffer.alloc(8_000_000)),
      'OUT_OF_RANGE',
      'too-large',
    ],
    [
      'bytes that are not UTF-8',
      npyFile(header("'|S2'", '(1,)'), Buffer.from([0xff, 0x20])),
      'INVALID_ARGUMENT',
      'text',
    ],
    [
      'characters that do not exist',
      npyFile(header("'<U1'", '(1,)'), Buffer.from([0, 0, 0x11, 0])),
      'INVALID_ARGUMENT',
      'text',
    ],
    ['a type that does not exist', npyFile(header("'<q9'", '(0,)')), 'UNSUPPORTED', 'data-type'],
    ['float8', npyFile(header("'|V1'", '(0,)')), 'UNSUPPORTED', 'data-type'],
  ])('refuses %s', async (_, bytes, code, reason) => {
    expect(await rejection(readNpy(bytes))).toEqual(failure(code, { reason, file: 'the given bytes' }));
  });

  test('takes every byte but 0 for true', async () => {
    expect((await readNpy(npyFile(header("'|b1'", '(3,)'), Buffer.from([0, 1, 200])))).data).toEqual(
      new Uint8Array([0, 1, 1]),
    );
  });

  test('takes no memory for what a file does not have', async () => {
    // 4 GiB by its header; a file that is not there would not do, since its size is compared.
    const file = join(tempFolder(), 'x.npy');
    writeFileSync(file, npyFile(header("'<f4'", '(1073741824,)'), Buffer.alloc(8)));
    expect(await rejection(readNpy(file))).toEqual(
      failure('INVALID_ARGUMENT', { reason: 'truncated', expected: 2 ** 32 }),
    );
  });
});

describe('readNpz', () => {
  const x: Part = { name: 'x.npy', data: two };
  const packed = deflateRawSync(two);
  const deflated: Part = { ...x, data: packed, method: 8, bytes: two.length, crc: crcOf(two) };
  const zeros = deflateRawSync(Buffer.alloc(2 ** 20));

  test('reads an archive of other programs, with a comment behind', async () => {
    const comment = Buffer.from('PK\x05\x06, which is no end');
    const archive = Buffer.concat([zipFile([x, { ...deflated, name: 'y.npy' }]), comment]);
    archive.writeUInt16LE(comment.length, archive.length - comment.length - 2);
    expect(Object.keys(await readNpz(archive))).toEqual(['x', 'y']);
  });

  test.each<[string, Buffer, string, string]>([
    ['no bytes', Buffer.alloc(0), 'INVALID_ARGUMENT', 'malformed'],
    ['a .npy file', two, 'INVALID_ARGUMENT', 'malformed'],
    ['an archive that is cut short', zipFile([x]).subarray(0, -1), 'INVALID_ARGUMENT', 'malformed'],
    ['something before the archive', Buffer.concat([Buffer.alloc(5), zipFile([x])]), 'INVALID_ARGUMENT', 'malformed'],
    ['an encrypted array', zipFile([{ ...x, flags: 1 }]), 'UNSUPPORTED', 'encrypted'],
    ['a strongly encrypted array', zipFile([{ ...x, flags: 0x41 }]), 'UNSUPPORTED', 'encrypted'],
    ['another compression', zipFile([{ ...x, method: 12 }]), 'UNSUPPORTED', 'compression'],
    ['a name that comes twice', zipFile([x, x]), 'INVALID_ARGUMENT', 'duplicate'],
    ['a file that is no array', zipFile([x, { ...x, name: 'x.txt' }]), 'INVALID_ARGUMENT', 'name'],
    ['a name of unknown encoding', zipFile([{ ...x, name: 'é.npy' }]), 'INVALID_ARGUMENT', 'name'],
    ['a wrong checksum', zipFile([{ ...x, crc: 1 }]), 'INVALID_ARGUMENT', 'checksum'],
    ['a wrong checksum of packed data', zipFile([{ ...deflated, crc: 1 }]), 'INVALID_ARGUMENT', 'checksum'],
    ['stored data of another size', zipFile([{ ...x, bytes: 5 }]), 'INVALID_ARGUMENT', 'malformed'],
    ['more than deflate can make', zipFile([{ ...deflated, bytes: 2 ** 30 }]), 'INVALID_ARGUMENT', 'malformed'],
    [
      'packed data that becomes less',
      zipFile([{ ...deflated, bytes: two.length + 9 }]),
      'INVALID_ARGUMENT',
      'trailing-data',
    ],
    [
      'packed data that becomes more',
      zipFile([{ ...deflated, bytes: two.length - 1 }]),
      'INVALID_ARGUMENT',
      'trailing-data',
    ],
    [
      'packed data that is cut short',
      zipFile([{ ...deflated, data: packed.subarray(0, -3) }]),
      'INVALID_ARGUMENT',
      'truncated',
    ],
    [
      'packed data that is damaged',
      zipFile([{ ...deflated, data: Buffer.alloc(packed.length, 0xff) }]),
      'INVALID_ARGUMENT',
      'malformed',
    ],
    [
      'something behind packed data',
      zipFile([{ ...deflated, data: Buffer.concat([packed, two]) }]),
      'INVALID_ARGUMENT',
      'trailing-data',
    ],
    ['two arrays in one place', zipFile([x, { ...x, offset: 0 }]), 'INVALID_ARGUMENT', 'malformed'],
    ['an array in the directory', zipFile([{ ...x, offset: two.length + 35 }]), 'INVALID_ARGUMENT', 'malformed'],
  ])('refuses %s', async (_, bytes, code, reason) => {
    expect(await rejection(readNpz(bytes))).toEqual(failure(code, { reason }));
  });

  test('refuses data of two arrays that runs into each other', async () => {
    const archive = zipFile([x, { ...x, name: 'y.npy' }]);
    // Where the second begins according to the directory: within the first.
    const at = archive.lastIndexOf('y.npy') - 4;
    archive.writeUInt32LE(40, at);
    expect(await rejection(readNpz(archive))).toEqual(failure('INVALID_ARGUMENT', { reason: 'malformed' }));
  });

  test('unpacks no more than is declared, however much there is', async () => {
    const bomb = zipFile([{ name: 'x.npy', data: zeros, method: 8, bytes: two.length }]);
    expect(await rejection(readNpz(bomb))).toEqual(failure('INVALID_ARGUMENT'));
    const honest = npyFile(header("'|u1'", '(1048576,)'), Buffer.alloc(2 ** 20));
    const longer = deflateRawSync(Buffer.concat([honest, Buffer.alloc(2 ** 24)]));
    const lies = zipFile([{ name: 'x.npy', data: longer, method: 8, bytes: honest.length }]);
    expect(await rejection(readNpz(lies))).toEqual(failure('INVALID_ARGUMENT', { reason: 'trailing-data' }));
  });

  test('asks maxBytes for all arrays together, before anything is unpacked', async () => {
    const ten = Array.from({ length: 10 }, (_, i) => ({ name: `${i}.npy`, data: two }));
    expect(Object.keys(await readNpz(zipFile(ten), { maxBytes: 80 }))).toHaveLength(10);
    expect(await rejection(readNpz(zipFile(ten), { maxBytes: 79 }))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large' }),
    );
    // The data is damaged, but it is not looked at.
    const bomb = zipFile([{ name: 'x.npy', data: Buffer.alloc(3_000_000, 0xff), method: 8, bytes: 3_000_000_000 }]);
    expect(await rejection(readNpz(bomb))).toEqual(
      failure('OUT_OF_RANGE', { reason: 'too-large', option: 'options.maxBytes', expected: 2 ** 31 }),
    );
  });

  test('names the file and the array', async () => {
    const file = join(tempFolder(), 'sample.npz');
    writeFileSync(file, zipFile([x, { ...x, name: 'bad.npy', crc: 0 }]));
    const error = await rejection(readNpz(file));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { reason: 'checksum', file, array: 'bad' }));
    expect(error.message).toContain(`${file} (array "bad"): `);
  });
});

/** The checksum that the directory would have. */
function crcOf(data: Buffer): number {
  return zipFile([{ name: 'x', data }]).readUInt32LE(14);
}
