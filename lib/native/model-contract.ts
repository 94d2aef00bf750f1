/** The part of the raw addon that looks at models without loading them. Not exported, as contract.ts. */

import type { NativeLoadOptions, NativeStaging } from './contract.js';

/** `EstimateRequest` of `native/model/model_estimate.h`. */
export interface NativeEstimateOptions {
  externalData: { path: string; data: NativeStaging }[];
  limits: NativeLoadOptions['limits'];
  freeDimensionOverrides: Record<string, number>;
  inputDims: Readonly<Record<string, readonly number[]>>;
  batches: readonly number[];
}

/** `ModelEstimate` of `native/model/model_estimate.h`. */
export interface NativeModelEstimate {
  irVersion: number;
  producer: string;
  nodes: number;
  fileBytes: number;
  externalBytes: number;
  /** What the limit of the pool leaves; null without one. */
  poolRoom: number | null;
  freeBatch: boolean;
  inputs: NativeModelValue[];
  outputs: NativeModelValue[];
  weights: Record<string, number>;
  opset: { domain: string; version: number }[];
  activations: {
    batch: number;
    bytes: number | null;
    inputBytes: number | null;
    exact: boolean;
    reason: string;
  }[];
}

/** `DescribedValue` of `native/model/model_estimate.h`. */
export interface NativeModelValue {
  name: string;
  type: string;
  dims: (number | string)[];
  anyRank: boolean;
}

/** `ModelDescription` of `native/model/model_description.h`. */
export interface NativeModelDescription {
  nodes: number;
  fileBytes: number;
  precision: 'fp32' | 'fp16' | 'bf16' | 'int8';
  inputs: NativeModelValue[];
  outputs: NativeModelValue[];
  /** `bytes` null: up to the end of the file. */
  external: { tensor: string; location: string; offset: number; bytes: number | null }[];
}

/** `FileKind` of `native/model/file_kind.h`. */
export interface NativeFileKind {
  /** 'a PyTorch checkpoint or TorchScript archive'. */
  readonly name: string;
  /** What to do; '' where there is nothing to say. */
  readonly advice: string;
}
