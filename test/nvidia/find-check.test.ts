import path from 'node:path';
import { expect, test } from 'vitest';
import { programs, runProgram } from './programs.js';

/** What the loader finds in these folders. */
async function find(...folders: string[]) {
  const env = { NODE_TENSORRT_LIBRARY_PATH: folders.join(path.delimiter) };
  const { code, stdout } = await runProgram(programs.findCheck, [], env);
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

test('the loader finds the real libraries, reads their versions, and tells what it tried for what is not there', async () => {
  const [tensorrt, lean, rtx] = await find(programs.tensorrtLib, programs.rtxLib);
  expect(tensorrt).toMatchObject({ name: 'tensorrt', version: '11.2.1.2', hasRuntime: 1 });
  expect(path.dirname(tensorrt.library)).toBe(programs.tensorrtLib);
  expect(path.basename(tensorrt.parser)).toBe('libnvonnxparser.so.11');
  expect(rtx).toMatchObject({ name: 'tensorrt-rtx', version: '1.7.1.116', hasRuntime: 1 });
  expect(path.basename(rtx.library)).toBe('libtensorrt_rtx.so.1.7.1');
  expect(path.basename(rtx.parser)).toBe('libtensorrt_onnxparser_rtx.so.1.7.1');
  expect(lean.tried).toContain(`${programs.rtxLib} (there is no libnvinfer_lean.so.11 in it)`);
});
