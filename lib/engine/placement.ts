import { NodeTensorRTError } from '../errors.js';
import type { NativePlanFacts } from '../native/plan-contract.js';
import type { ResolvedLoadOptions } from './load-options.js';
import type { OpenedPlan } from './load-plan.js';
import type { PrecisionChoice } from './precision.js';

/** Something that is in force otherwise than asked for, and why. */
export interface Deviation {
  option: string;
  asked: string;
  inForce: string;
  reason: string;
}

/** The part of the machine that an engine is bound to. */
export interface NumaPlacement {
  /** The node, or null: not bound. */
  node: number | null;
  /** CPUs that its threads run on, as "0-3,8"; '' when it is not bound. */
  cpus: string;
  /**
   * Whether new memory of the engine is asked for on the node. If not, the system places memory where it is written to
   * first, which is mostly by threads of the engine. Cached memory that other engines had before stays where it is.
   */
  memoryBound: boolean;
  /** Why this node, or why none. */
  reason: string;
}

/** Where and how an engine runs. */
export interface Placement {
  backend: 'cpu' | 'tensorrt' | 'tensorrt-rtx';
  device: string;
  /** 'model': as the graph says, never widened or narrowed. Otherwise what `LoadOptions.precision` brought about. */
  precision: 'model' | 'fp32' | 'fp16' | 'bf16' | 'int8';
  /** What really computes in it, and what does not. */
  precisionReason: string;
  /** Whether requests meet in batches, and why, or why not. */
  batching: {
    enabled: boolean;
    reason: string;
    /** Whether inputs are padded, and why, or why not; only where it was asked for. */
    padding?: { enabled: boolean; reason: string };
  };
  numa: NumaPlacement;
  deviations: readonly Deviation[];
  /** Nodes that do not run where, or in the precision in which, the rest does. */
  nodes: readonly { name: string; reason: string }[];
  /** Of an engine that runs on a GPU. */
  plan?: PlanPlacement;
}

/** The plan that an engine was made of. */
export interface PlanPlacement {
  /** Its file. */
  path: string;
  /** 'as it is' where a plan was given; else why it was built, or that it was in the cache. */
  reason: string;
  /** Whose signature it is trusted for: 'own', the name of a key, or 'any'. */
  trustedBy: string;
  /** Of the TensorRT that built it. */
  version: string;
  /** TensorRT's library. */
  library: string;
  device: { name: string; uuid: string; computeCapability: string };
  /** Whose weights it has: 'own', or the name of the model that was given as `LoadOptions.refit`. */
  weights: string;
  /**
   * Of a plan that was built with `weightStreaming`: bytes of the weights that can be streamed, of those that are on the device
   * all the time, and of the device memory that streaming takes besides.
   */
  weightStreaming?: { streamableBytes: number; budgetBytes: number; scratchBytes: number };
  /**
   * What TensorRT-RTX has compiled before on this GPU: 'read' from a file, 'new', 'stale' (of another GPU or driver, and made
   * anew), 'none' (not kept).
   */
  runtimeCache: 'none' | 'new' | 'read' | 'stale';
}

/** Where a model runs on the CPU. Throws BACKEND_UNAVAILABLE for a device that it has not, unless a fallback is allowed. */
export function placeOnCpu(options: ResolvedLoadOptions, before: readonly Deviation[]): Omit<Placement, 'numa'> {
  const deviations = [...before];
  const { device = 'cpu', fallback } = options;
  if (device !== 'cpu') {
    const reason = 'the CPU backend has one device, "cpu"';
    if (fallback === 'error') {
      const text = `options.device: ${device} cannot be had: ${reason}. Name a backend for GPUs, or use fallback: 'warn' or 'allow' to run on the CPU instead.`;
      throw new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { option: 'options.device', asked: String(device) });
    }
    deviations.push({ option: 'device', asked: String(device), inForce: 'cpu', reason });
  }
  return {
    backend: 'cpu',
    device: 'cpu',
    precision: 'model',
    precisionReason: 'as the graph says',
    batching: { enabled: false, reason: '' },
    deviations,
    nodes: [],
  };
}

/** Where a plan runs. */
export function placedPlan(
  { header, path, trustedBy, weights }: OpenedPlan,
  { library, device, runtimeCache, weightStreaming }: NativePlanFacts,
  numa: NumaPlacement,
  reason: string,
): Placement {
  return {
    backend: header.backend,
    device: `cuda:${device.index}`,
    precision: header.model.precision as Placement['precision'],
    precisionReason: 'as it was built',
    batching: { enabled: false, reason: '' },
    numa,
    deviations: [],
    nodes: [],
    plan: {
      path,
      reason,
      trustedBy,
      version: header.version,
      library: library.path,
      device: { name: device.name, uuid: device.uuid, computeCapability: device.computeCapability },
      weights: weights?.name ?? 'own',
      ...(weightStreaming && { weightStreaming }),
      runtimeCache: runtimeCache.state,
    },
  };
}

/**
 * Completes it with what the load found out, and warns of deviations unless they are allowed: with `fallback: 'error'` there
 * are none but those of `backend: 'auto'`.
 */
export function placed(
  planned: Omit<Placement, 'numa'>,
  numa: NumaPlacement,
  options: ResolvedLoadOptions,
  name: string,
  choice: PrecisionChoice,
): Placement {
  const deviations = [...planned.deviations, ...choice.deviations];
  if (typeof options.numa === 'number' && numa.node === null) {
    deviations.push({ option: 'numa', asked: String(options.numa), inForce: 'off', reason: numa.reason });
  }
  if (deviations.length > 0 && options.fallback !== 'allow') {
    const text = deviations.map((d) => `${d.option} ${d.asked}: ${d.reason}`).join('; ');
    process.emitWarning(`engine '${name}' ${differs(deviations)}: ${text}`, {
      type: 'NodeTensorRTWarning',
      code: 'NODE_TENSORRT_FALLBACK',
    });
  }
  const { precision, reason, nodes } = choice;
  return { ...planned, precision, precisionReason: reason, nodes: [...planned.nodes, ...nodes], numa, deviations };
}

/** What is other than asked for, the most important thing first. */
function differs(deviations: readonly Deviation[]): string {
  const options = deviations.map(({ option }) => option);
  if (options.includes('backend') || options.includes('device')) return 'runs on the CPU';
  return options.includes('precision') ? 'runs in another precision' : 'is not bound to a NUMA node';
}
