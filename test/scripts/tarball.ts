import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

type Entry = { name: string; content: string; type?: string; prefix?: string };

/** Writes a small .tgz, header by header, so that tests decide which notation a long name has. */
export function writeTarball(file: string, entries: Entry[], { end = true } = {}): void {
  const blocks = entries.flatMap(({ name, content, type = '0', prefix = '' }) => {
    const header = Buffer.alloc(512);
    const body = Buffer.from(content);
    header.write(name, 0, 100);
    header.write(body.length.toString(8).padStart(11, '0'), 124);
    header.write(type, 156);
    header.write('ustar', 257);
    header.write(prefix, 345, 155);
    return [header, body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  writeFileSync(file, gzipSync(Buffer.concat(end ? [...blocks, Buffer.alloc(1024)] : blocks)));
}
