import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NodeTensorRTError } from '../../errors.js';
import { loadAddon } from '../../native/load.js';
import { findOnnxRuntime } from '../../native/onnxruntime.js';
import { packageRoot } from '../../native/root.cjs';
import type { Check } from '../facts.js';
import { error, type Finding, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';
import { isInRange } from '../requirements.js';

/** What the library itself needs: its addon, ONNX Runtime, and optional packages of versions that fit. */
export const software: Check = (machine) => [
  tried('software/addon', () => {
    loadAddon();
    return `node-tensorrt ${ownPackage().version}, Node ${process.versions.node}`;
  }),
  tried('software/onnxruntime', findOnnxRuntime),
  ...peers(machine),
];

function tried(id: string, load: () => string): Finding {
  try {
    return ok(id, load());
  } catch (cause) {
    const { code, message } = cause as NodeTensorRTError;
    const text = cause instanceof NodeTensorRTError ? `${code}: ${message}` : String(cause);
    return error(id, 'not usable', text);
  }
}

function peers(machine: Machine): Finding[] {
  return Object.entries(ownPackage().peerDependencies ?? {}).flatMap(([name, range]) => {
    const version = machine.packageVersion(name);
    if (version === undefined) return [];
    if (isInRange(version, range)) return [ok(`software/${name}`, version)];
    const reason = `this version of node-tensorrt was made for ${range}`;
    return [warning(`software/${name}`, version, reason, `npm install ${name}@'${range}'`)];
  });
}

function ownPackage(): { version: string; peerDependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
}
