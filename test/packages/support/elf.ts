// What a Linux library needs from the system it is loaded on, read from the file itself (64 bits, little-endian).

import { readFileSync } from 'node:fs';

export interface Elf {
  /** Libraries that it needs (DT_NEEDED). */
  libraries: string[];
  /** Versions of symbols that it needs: GLIBC_2.17, GLIBCXX_3.4.30 … */
  versions: string[];
  /** Names of symbols that others may use. */
  exports: string[];
  /** Bits of DT_FLAGS and DT_FLAGS_1. */
  flags: number;
  flags1: number;
}

export const DF_SYMBOLIC = 0x2;
export const DF_1_NODELETE = 0x8;

const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const DT_NEEDED = 1;
const DT_FLAGS = 30;
const DT_FLAGS_1 = 0x6ffffffb;

interface Section {
  type: number;
  offset: number;
  size: number;
  link: number;
  /** How many entries a table without a fixed size of entries has. */
  info: number;
}

export function readElf(file: string): Elf {
  const bytes = readFileSync(file);
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error(`${file} is not an ELF file of 64 bits, little-endian`);
  }
  const u64 = (offset: number) => Number(bytes.readBigUInt64LE(offset));
  const start = u64(0x28);
  const size = bytes.readUInt16LE(0x3a);
  const sections: Section[] = Array.from({ length: bytes.readUInt16LE(0x3c) }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at + 4),
      offset: u64(at + 0x18),
      size: u64(at + 0x20),
      link: bytes.readUInt32LE(at + 0x28),
      info: bytes.readUInt32LE(at + 0x2c),
    };
  });
  const find = (type: number): Section => {
    const found = sections.find((section) => section.type === type);
    if (!found) throw new Error(`${file} has no section of type 0x${type.toString(16)}`);
    return found;
  };
  /** The text at an offset of the section's table of strings. */
  const text = (section: Section, offset: number) => {
    const from = (sections[section.link]?.offset ?? 0) + offset;
    return bytes.toString('latin1', from, bytes.indexOf(0, from));
  };

  const elf: Elf = { libraries: [], versions: [], exports: [], flags: 0, flags1: 0 };
  const dynamic = find(SHT_DYNAMIC);
  for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
    const tag = u64(at);
    if (tag === DT_NEEDED) elf.libraries.push(text(dynamic, u64(at + 8)));
    if (tag === DT_FLAGS) elf.flags = u64(at + 8);
    if (tag === DT_FLAGS_1) elf.flags1 = u64(at + 8);
  }
  const needed = find(SHT_GNU_VERNEED);
  for (let i = 0, entry = needed.offset; i < needed.info; i++) {
    let version = entry + bytes.readUInt32LE(entry + 8);
    for (let left = bytes.readUInt16LE(entry + 2); left > 0; left--) {
      elf.versions.push(text(needed, bytes.readUInt32LE(version + 8)));
      version += bytes.readUInt32LE(version + 12);
    }
    entry += bytes.readUInt32LE(entry + 12);
  }
  const symbols = find(SHT_DYNSYM);
  for (let at = symbols.offset + 24; at < symbols.offset + symbols.size; at += 24) {
    const isDefined = bytes.readUInt16LE(at + 6) !== 0;
    if (isDefined) elf.exports.push(text(symbols, bytes.readUInt32LE(at)));
  }
  return elf;
}
