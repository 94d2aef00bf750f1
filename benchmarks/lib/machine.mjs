// @ts-check
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onnxRuntimePath, packageVersion, root } from './paths.mjs';

/** What the numbers were measured on, and with. */
export function describeMachine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGb: Math.round(os.totalmem() / 1e9),
    system: `${os.type()} ${os.release()} ${os.arch()}`,
    /** Over the last minute, before the first measurement: near 0 on a quiet machine. */
    loadAverage: Math.round((os.loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function describeVersions() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return {
    node: process.versions.node,
    'node-tensorrt': `${version}${commit()}`,
    'onnxruntime-node': packageVersion('onnxruntime-node'),
    library: path.basename(onnxRuntimePath()),
  };
}

/** The commit that is checked out, with a + when files differ from it. */
function commit() {
  try {
    const git = (/** @type {string[]} */ ...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    const differs = git('status', '--porcelain', '--', 'lib', 'native').length > 0;
    return ` (${git('rev-parse', '--short', 'HEAD')}${differs ? '+' : ''})`;
  } catch {
    return ''; // not a checkout
  }
}
