// What the addon is asked of plans, and says of them.

/** `PlanRequest` of `native/backends/plan_request.h`. */
export interface NativePlanRequest {
  /** Absolute path of the backend module. */
  module: string;
  flavour: 'tensorrt' | 'tensorrt-rtx';
  /** Of TensorRT; '': the module looks for it. */
  library: string;
  /** Index or UUID; '': the first. */
  device: string;
  file: string;
  /** Of the plan in the file. */
  offset: number;
  bytes: number;
  /** File of TensorRT-RTX's runtime cache; '': none. */
  runtimeCache: string;
  /** File of the ONNX model whose weights the plan gets; '': it has its own. */
  weights: string;
  /** Bytes of device memory for weights that are streamed; -1: what TensorRT thinks best; -2: all of them are there. */
  weightBudget: number;
  /** Id of the messages about what TensorRT says; 0: nobody is told. */
  log: number;
  inputs: readonly NativePlanNames[];
  outputs: readonly NativePlanNames[];
}

/** `PlanNames` of `native/backends/plan_request.h`. */
export interface NativePlanNames {
  name: string;
  /** Names of open dimensions, or their size where all profiles have the same one. */
  dims: readonly (number | string)[];
  /** A shape that it takes; []: none is known. */
  usual: readonly number[];
}

/** What `facts()` of an engine of a plan says in JSON: `NtrtEngineFacts` of `native/backends/tensorrt/module/runtime_api.h`. */
export interface NativePlanFacts {
  library: { flavour: string; version: string; path: string };
  device: { index: number; name: string; uuid: string; computeCapability: string };
  /** By profile and input. Values of shape tensors only. */
  profiles: {
    input: string;
    min: number[];
    opt: number[];
    max: number[];
    minValues?: number[];
    optValues?: number[];
    maxValues?: number[];
  }[][];
  shapeTensors: string[];
  /** Device memory of one instance beside its tensors. */
  scratchBytes: number;
  /** null: the plan was not built for it. */
  weightStreaming: { streamableBytes: number; budgetBytes: number; scratchBytes: number } | null;
  /** 'none': not asked for, or not to be had; 'new': there was no file; 'stale': TensorRT did not take it. */
  runtimeCache: { path: string; state: 'none' | 'new' | 'read' | 'stale' };
}
