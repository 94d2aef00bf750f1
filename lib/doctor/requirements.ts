import type { TensorRtFlavour } from './libraries.js';

/** What each flavour of TensorRT wants of a machine: NVIDIA's support matrices of TensorRT 11 and TensorRT-RTX 1.7. */
export interface Requirement {
  readonly flavour: TensorRtFlavour;
  /** Versions that we fit. */
  readonly versions: string;
  /** The first number of them all. */
  readonly major: string;
  /** Oldest driver for Linux, of CUDA 13. */
  readonly driver: string;
  /** Whether it runs on a compute capability. */
  readonly runsOn: (computeCapability: number) => boolean;
  readonly computeCapabilities: string;
  /** How to get it. */
  readonly install: string;
}

const CUDA_13_DRIVER = '580.65.06';

export const requirements: readonly Requirement[] = [
  {
    flavour: 'tensorrt',
    versions: '11.x',
    major: '11',
    driver: CUDA_13_DRIVER,
    runsOn: (cc) => cc >= 7.5,
    computeCapabilities: '7.5 and later',
    install:
      "NVIDIA's packages libnvinfer11 and libnvonnxparsers11, or pip install tensorrt-cu13; or NODE_TENSORRT_LIBRARY_PATH",
  },
  {
    flavour: 'tensorrt-lean',
    versions: '11.x',
    major: '11',
    driver: CUDA_13_DRIVER,
    runsOn: (cc) => cc >= 7.5,
    computeCapabilities: '7.5 and later',
    install: 'pip install tensorrt-lean-cu13; or NODE_TENSORRT_LIBRARY_PATH',
  },
  {
    flavour: 'tensorrt-rtx',
    versions: '1.5 to 1.x',
    major: '1',
    driver: CUDA_13_DRIVER,
    // An H100 (9.0) was asked: it builds there, and loads nothing (docs/nvidia-development.md).
    runsOn: (cc) => cc === 7.5 || (cc >= 8 && cc < 9) || cc >= 12,
    computeCapabilities: '7.5, 8.x, 12.x; not 9.0, 10.x and 11.x',
    install: 'pip install onnxruntime-ep-nv-tensorrt-rtx-cu13, which has it; or NODE_TENSORRT_LIBRARY_PATH',
  },
];

/** Negative: `a` is older than `b`. Of dotted numbers. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Whether a version is in a range such as '>=1.30.0 <2'. */
export function isInRange(version: string, range: string): boolean {
  const plain = version.split('-')[0] ?? version;
  return range.split(/\s+/).every((part) => {
    const [, sign, bound] = /^(>=|<=|<|>|)(.+)$/.exec(part) ?? [];
    if (bound === undefined) return false;
    const order = compareVersions(plain, bound);
    if (sign === '>=') return order >= 0;
    if (sign === '<=') return order <= 0;
    if (sign === '<') return order < 0;
    if (sign === '>') return order > 0;
    return order === 0;
  });
}
