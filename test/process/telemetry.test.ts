import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { tempFolder } from '../support/temp-folder.js';
import { childNode, fixturePath } from './harness/child.js';
import { useModels } from './harness/models.js';

const models = useModels('matmul16');

/** What a process leaves in the user's folders. Outside of CI, where ONNX Runtime keeps its telemetry to itself. */
function leftBehind(more: Record<string, string> = {}): string[] {
  const home = tempFolder();
  const own = Object.entries(process.env).filter(([name]) => name === 'PATH' || name.startsWith('NODE_TENSORRT_'));
  const folders = { HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home, XDG_CONFIG_HOME: home, TMPDIR: home };
  const env = { ...Object.fromEntries(own), ...models, ...folders, ...more };
  const { status, stderr } = spawnSync(childNode, [fixturePath('whole-life.mjs')], { env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readdirSync(home, { recursive: true, encoding: 'utf8' });
}

describe.skipIf(process.platform !== 'linux')('telemetry of ONNX Runtime', () => {
  it('is off: nothing is kept to be sent', () => {
    expect(leftBehind()).toEqual([]);
  });

  it('would be found', () => {
    expect(leftBehind({ ORT_DISABLE_TELEMETRY: '0' })).toContainEqual(expect.stringMatching(/onnxruntime.*deviceid/));
  });
});
