import type { TensorMap, TensorSpec } from '../tensor/types.js';

/** A model that was loaded to be run. The graph tools run nothing by themselves: who calls them hands them this. */
export interface Runner {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** `outputs`: names of those that are wanted. @default all */
  run(inputs: TensorMap, outputs?: readonly string[]): Promise<TensorMap>;
  close(): Promise<void>;
}

/** Loads a model: a path, or bytes. `optimize` false: nodes run as they are written, none fused. */
export type LoadRunner = (
  model: string | Uint8Array,
  options?: { readonly optimize?: boolean | undefined },
) => Promise<Runner>;
