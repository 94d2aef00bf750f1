import { NodeTensorRTError } from '../errors.js';
import type { ResolvedLoadOptions } from './load-options.js';

/** Something that is in force otherwise than asked for, and why. */
export interface Deviation {
  option: string;
  asked: string;
  inForce: string;
  reason: string;
}

/** Where and how an engine runs. */
export interface Placement {
  backend: 'cpu' | 'tensorrt' | 'tensorrt-rtx';
  device: string;
  /** 'model': as the graph says, never widened or narrowed. */
  precision: 'model';
  /** Whether requests meet in batches, and why, or why not. */
  batching: {
    enabled: boolean;
    reason: string;
    /** Whether inputs are padded, and why, or why not; only where it was asked for. */
    padding?: { enabled: boolean; reason: string };
  };
  deviations: readonly Deviation[];
  /** Nodes that do not run where the rest does. */
  nodes: readonly { name: string; reason: string }[];
}

/** The one place that decides which backend serves a load. Throws BACKEND_UNAVAILABLE unless a fallback is allowed. */
export function place(options: ResolvedLoadOptions, name: string): Placement {
  const deviations: Deviation[] = [];
  const fallBack = (option: string, asked: string, reason: string) => {
    if (options.fallback === 'error') {
      throw new NodeTensorRTError(
        'BACKEND_UNAVAILABLE',
        `options.${option}: ${asked} cannot be had: ${reason}. Use fallback: 'warn' or 'allow' to run on the CPU instead.`,
        { option: `options.${option}`, asked },
      );
    }
    deviations.push({ option, asked, inForce: 'cpu', reason });
  };
  if (options.backend === 'tensorrt' || options.backend === 'tensorrt-rtx') {
    fallBack('backend', options.backend, 'this version of node-tensorrt has the CPU backend only');
  }
  if (options.device !== 'cpu') {
    fallBack('device', String(options.device), 'the CPU backend has one device, "cpu"');
  }
  if (deviations.length > 0 && options.fallback === 'warn') {
    const text = deviations.map((d) => `${d.option} ${d.asked}: ${d.reason}`).join('; ');
    process.emitWarning(`engine '${name}' runs on the CPU: ${text}`, {
      type: 'NodeTensorRTWarning',
      code: 'NODE_TENSORRT_FALLBACK',
    });
  }
  return {
    backend: 'cpu',
    device: 'cpu',
    precision: 'model',
    batching: { enabled: false, reason: '' },
    deviations,
    nodes: [],
  };
}
