import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTool } from '../../dist/esm/machine/run-tool.js';
import { tempFolder } from '../support/temp-folder.js';

/** A program of this machine that does this. */
function program(text: string): string {
  const file = join(tempFolder(), 'tool');
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

test('runTool() gives what a program prints, or says of its failure, in English', async () => {
  expect(await runTool(program('echo " $1 $LC_ALL "'), ['hello'])).toEqual({ isGood: true, output: 'hello C' });
  expect(await runTool(program('echo no >&2; exit 3'), [])).toEqual({ isGood: false, output: 'no' });
  expect(await runTool(join(tempFolder(), 'none'), [])).toBeUndefined();
  expect(await runTool('a\0b', [])).toMatchObject({ isGood: false, output: expect.stringContaining('null bytes') });
});
