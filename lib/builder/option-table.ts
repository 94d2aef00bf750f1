import type { Backend } from './backend.js';
import type { BuildTuning } from './tuning.js';

/** What becomes of an option: it is used, changes nothing (said in a warning), or is refused with UNSUPPORTED. */
export type Effect = 'used' | 'no effect' | 'UNSUPPORTED';

/** One row of the table of options in docs/building.md. */
export interface OptionRow {
  readonly effect: Readonly<Record<Backend, Effect>>;
  /** Why it is not used somewhere, or what to know. */
  readonly note: string;
}

const both = { tensorrt: 'used', 'tensorrt-rtx': 'used' } as const;
const notInRtx = { tensorrt: 'used', 'tensorrt-rtx': 'no effect' } as const;
const refusedByRtx = { tensorrt: 'used', 'tensorrt-rtx': 'UNSUPPORTED' } as const;
const SAME = 'the plan of TensorRT-RTX is the same, byte for byte';

/**
 * Of every option that goes to NVIDIA's builder: the one place that says what each flavour does with it. TensorRT 11: as its
 * headers say. TensorRT-RTX: as 1.7 was seen to do on a machine without a GPU.
 */
export const optionTable: Readonly<Record<keyof BuildTuning | 'targets', OptionRow>> = {
  targets: {
    effect: { tensorrt: 'UNSUPPORTED', 'tensorrt-rtx': 'used' },
    note: 'TensorRT measures kernels, so it builds on the GPU that the plan is for; hardwareCompatibility makes plans for others',
  },
  tf32: { effect: both, note: '' },
  optimizationLevel: { effect: notInRtx, note: SAME },
  memoryPools: { effect: both, note: 'TensorRT-RTX makes no use of tacticDram' },
  auxStreams: { effect: notInRtx, note: SAME },
  tacticSources: { effect: notInRtx, note: SAME },
  sparseWeights: { effect: both, note: 'makes no difference where the weights are not sparse' },
  tiling: { effect: notInRtx, note: SAME },
  avgTimingIterations: { effect: notInRtx, note: 'TensorRT-RTX measures nothing when it builds' },
  maxTactics: { effect: notInRtx, note: 'TensorRT-RTX measures nothing when it builds' },
  timingCache: { effect: notInRtx, note: 'TensorRT-RTX has none; it compiles where the plan is loaded' },
  versionCompatible: { effect: notInRtx, note: 'a plan of TensorRT-RTX is for its version' },
  hardwareCompatibility: { effect: refusedByRtx, note: 'use targets: one plan for several compute capabilities' },
  runtimePlatform: { effect: refusedByRtx, note: 'TensorRT-RTX builds for the system that it runs on' },
  stripWeights: { effect: both, note: 'TensorRT-RTX needs a GPU where it builds such a plan' },
  refittable: { effect: both, note: 'TensorRT-RTX needs a GPU where it builds such a plan' },
  weightStreaming: { effect: both, note: '' },
  strictNans: { effect: both, note: '' },
  plugins: { effect: both, note: '' },
};
