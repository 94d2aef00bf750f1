import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { PlanDraft, PlanHeader } from '../../lib/plan/header.js';
import type { PlanKey } from '../../lib/plan/key.js';
import type { SigningKeys } from '../../lib/plan/signatures.js';
import { writePlan } from '../../lib/plan/write.js';
import { tempFolder } from './temp-folder.js';

/** The compiled library, for child processes. */
export const dist = (file: string) => new URL(`../../dist/esm/${file}`, import.meta.url).href;
export const distFolder = fileURLToPath(new URL('../../dist/esm/', import.meta.url));

/** Gives the test a user of its own: the path of a key file that is not there yet. */
export function newUser(path = join(tempFolder(), 'plan.key')): string {
  const before = process.env['NODE_TENSORRT_KEY_FILE'];
  process.env['NODE_TENSORRT_KEY_FILE'] = path;
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_TENSORRT_KEY_FILE'];
    else process.env['NODE_TENSORRT_KEY_FILE'] = before;
  });
  return path;
}

export function planDraft(overrides: Partial<PlanDraft> = {}): PlanDraft {
  const tensor = { type: 'float32', dims: ['N', 4] };
  return {
    formatVersion: 1,
    createdAt: '2026-08-01T10:00:00.000Z',
    createdBy: 'node-tensorrt 0.1.0',
    backend: 'tensorrt-rtx',
    version: '1.7.1.116',
    headers: '1.7.0',
    targets: ['sm86'],
    platform: 'linux-x64',
    options: { optimizationLevel: 3 },
    model: { name: 'model.onnx', sha256: 'a'.repeat(64), bytes: 1000, precision: 'fp32' },
    inputs: [{ name: 'x', ...tensor }],
    outputs: [{ name: 'y', ...tensor }],
    profiles: [{ x: { min: [1, 4], opt: [8, 4], max: [32, 4] } }],
    layers: [
      { name: 'relu', type: 'ACTIVATION', precision: 'float32', inputs: ['x'], outputs: [{ name: 'y', ...tensor }] },
    ],
    messages: [{ severity: 'warning', text: 'a warning' }],
    refittable: false,
    stripped: false,
    versionCompatible: false,
    ...overrides,
  };
}

export function planKey(overrides: Partial<PlanKey> = {}): PlanKey {
  return {
    model: 'a'.repeat(64),
    options: { optimizationLevel: 3 },
    backend: 'tensorrt-rtx',
    version: '1.7.1.116',
    headers: '1.7.0',
    targets: ['sm86'],
    platform: 'linux-x64',
    format: 1,
    ...overrides,
  };
}

/** What a builder would have written. */
export function payloadFile(bytes = 100, folder = tempFolder()): string {
  const path = join(folder, 'payload');
  writeFileSync(path, Buffer.alloc(bytes, 'a plan of TensorRT '));
  return path;
}

export interface TestPlan {
  path: string;
  header: PlanHeader;
}

/** A plan file in a folder of its own. */
export async function planFile(
  options: { keys?: SigningKeys; draft?: PlanDraft; bytes?: number } = {},
): Promise<TestPlan> {
  const output = join(tempFolder(), 'model.plan');
  const { keys = {}, draft = planDraft(), bytes } = options;
  return { path: output, header: await writePlan({ output, payload: payloadFile(bytes), header: draft, keys }) };
}

/** All files below a folder, also those whose names begin with a dot. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder).sort();
}
