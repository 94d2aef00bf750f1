/** The parts of a zip archive, by the numbers of its specification (APPNOTE 6.3). */

export const LOCAL_HEADER = 0x04034b50;
export const CENTRAL_HEADER = 0x02014b50;
export const END = 0x06054b50;
export const END_64 = 0x06064b50;
export const END_64_LOCATOR = 0x07064b50;

export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_HEADER_BYTES = 46;
export const END_BYTES = 22;
export const END_64_BYTES = 56;
export const END_64_LOCATOR_BYTES = 20;

/** What a field of 16 or 32 bits holds when the real number is in a zip64 field. */
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffffffff;
export const ZIP64_EXTRA = 0x0001;

export const STORED = 0;
export const DEFLATED = 8;

/** Bits of the flags: encrypted, strongly encrypted, with a masked directory; and the name is UTF-8. */
export const ENCRYPTED_FLAGS = 0x2041;
export const UTF8_FLAG = 0x0800;
