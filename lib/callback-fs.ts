import { close, fstat, open, read, readdir, stat } from 'node:fs';
import { promisify } from 'node:util';

/**
 * The functions of node:fs with a callback, as promises, for what every load does. Those of node:fs/promises end the whole
 * process when a worker is terminated just while it calls one: Node then takes the call for a synchronous one, and an
 * assertion fails.
 */
export const callbackFs = {
  close: promisify(close),
  fstat: promisify(fstat),
  open: promisify(open),
  read: promisify(read),
  readdir: promisify(readdir),
  stat: promisify(stat),
};
