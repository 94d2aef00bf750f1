// The addon without the library around it.

import { expect } from 'vitest';
import { loadAddon } from '../../dist/esm/native/load.js';
import { findOnnxRuntime } from '../../dist/esm/native/onnxruntime.js';
import type { NativeEngine, NativePort } from '../../lib/native/contract.js';
import { turn } from './engines.js';

export const addon = loadAddon();

const LOADED = 2;

export function openPort(): NativePort {
  return new addon.NativePort(
    () => {},
    (code, message, details) => Object.assign(new Error(message), { code: addon.errorCodes[code], details }),
  );
}

/** The event of that id. */
export async function eventOf(port: NativePort, id: number): Promise<number> {
  for (;;) {
    const got = port.poll();
    if (got === id) return port.frame[0] as number;
    await turn();
  }
}

export async function load(port: NativePort, model: Uint8Array): Promise<NativeEngine> {
  const staging = new addon.NativeStaging(port, model.byteLength);
  staging.copy(model, 0, model.byteLength);
  port.load(1, staging, loadOptions());
  expect(await eventOf(port, 1)).toBe(LOADED);
  return port.takeEngine();
}

/** The code of what is thrown, or the name of an error that is none of ours. */
export function codeOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'nothing thrown';
}

// biome-ignore lint/suspicious/noExplicitAny: what no type allows is what is tested
export type Anything = any;

/** Of `port.load`. */
export function loadOptions() {
  return {
    name: 'raw',
    libraryPath: findOnnxRuntime(),
    threads: 1,
    instances: 1,
    queue: {
      maxSize: 32,
      maxDelayMs: 0,
      preferredSizes: [],
      split: false,
      targetP99Ms: 0,
      maxQueue: 8,
      maxQueueBytes: 2 ** 20,
    },
    proof: {
      enabled: false,
      verify: 1 as const,
      rtol: 0,
      atol: 0,
      maxSeconds: 0,
      pad: { buckets: [], inputs: [] },
      samples: [],
    },
    sequence: { states: {}, initial: [], idleTimeoutMs: 1000, maxSequences: 1 },
    inlineBelowUs: 0,
    memoryLimitBytes: 0,
    numa: { mode: 'off' as const, node: 0, mayFallBack: false, sysfs: '/sys' },
    graphOptimizationLevel: 'all',
    freeDimensionOverrides: {},
    sessionConfig: {},
    externalData: [],
    limits: { nodes: 1000, elements: 2 ** 20, declaredBytes: 2 ** 20, hardLinks: false },
    customOperators: [],
  };
}
