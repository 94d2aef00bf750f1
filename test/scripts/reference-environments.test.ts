import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ensureOnnxReference } from '../../scripts/lib/reference/environments.mjs';
import { tempFolder } from '../support/temp-folder.js';

test('ensureOnnxReference() says which Python is needed when there is an older one, or none', async () => {
  const python = path.join(tempFolder(), 'python');
  writeFileSync(python, `#!${process.execPath}\nconsole.log('False 3.10.2');\n`);
  chmodSync(python, 0o755);
  // Windows cannot run a script by its first line: there it is no Python at all.
  const found = process.platform === 'win32' ? 'no Python' : '3.10.2';
  await expect(ensureOnnxReference(python)).rejects.toThrow(`needs Python 3.11 or newer; ${python} is ${found}`);
  await expect(ensureOnnxReference(process.execPath)).rejects.toThrow('is no Python');
});
