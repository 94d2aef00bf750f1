import { readFileSync } from 'node:fs';
import { loadAddon } from '../native/load.js';

/** The program of the child process of `libraries.ts`: prints what is found of the flavour that it is given. */
const { found, tried } = loadAddon().findTensorRt(process.argv[2] ?? '');
process.stdout.write(JSON.stringify({ found: found && { ...found, path: fileOf(found.path) }, tried }));

/** Where the system's loader has found a name. */
function fileOf(path: string): string {
  if (process.platform !== 'linux' || path.includes('/')) return path;
  const mapped = readFileSync('/proc/self/maps', 'utf8').split('\n');
  const line = mapped.find((text) => /[^/]*$/.exec(text)?.[0].startsWith(path));
  return line?.slice(line.indexOf('/')) ?? path;
}
