export { type BuildOptions, type BuildReport, build } from './build.js';
export type { Logger } from './builder/build-options.js';
export type { BuildStage, Progress } from './builder/progress.js';
export type { Target } from './builder/targets.js';
export type { BuildTuning } from './builder/tuning.js';
export {
  type CacheOptions,
  type CachePruneOptions,
  type CacheVerifyOptions,
  cache,
} from './cache/cache.js';
export type { CacheEntry } from './cache/entries.js';
export type { CachePruneReport } from './cache/prune.js';
export { type Device, devices } from './devices.js';
export { type DoctorOptions, type DoctorReport, doctor, type MachineRequirement } from './doctor/doctor.js';
export type { Finding, Severity } from './doctor/finding.js';
export type { InstalledLibrary, LibrarySearch, LoaderSearch, TensorRtFlavour } from './doctor/libraries.js';
export type { BatchingOptions } from './engine/batching-options.js';
export type { BatchEvent, RequestEvent } from './engine/diagnostics.js';
export { Engine } from './engine/engine.js';
export { latencyStatsSince, mergeLatencyStats } from './engine/latency.js';
export type { CpuOptions, LoadOptions } from './engine/load-options.js';
export type { CustomOperatorLibrary, ModelLimits, ProbeOptions } from './engine/model-options.js';
export type { PadOptions } from './engine/pad-options.js';
export type { Deviation, NumaPlacement, Placement } from './engine/placement.js';
export type { RunOptions, RunSyncOptions } from './engine/run-options.js';
export type { SequenceOptions, SequenceStep } from './engine/sequence-options.js';
export type { EngineStats, LatencyHistogram, LatencyStats, StatsOptions } from './engine/stats.js';
export { type ErrorCode, NodeTensorRTError } from './errors.js';
export type { GpuInfo } from './machine/gpus.js';
export type { PooledTensorOptions } from './memory/allocate.js';
export { memory } from './memory/memory.js';
export type { MemoryLimit, MemoryPolicy } from './memory/settings.js';
export type {
  BlockSnapshot,
  HistoryEntry,
  MemorySnapshot,
  OwnerSnapshot,
  PoolSnapshot,
  SegmentSnapshot,
} from './memory/snapshot.js';
export type { ByteStats, MemoryStats } from './memory/stats.js';
export { type ActivationEstimate, estimateModel, type ModelEstimate, type ModelValue } from './models/estimate.js';
export type { EstimateOptions } from './models/estimate-options.js';
export { ModelCache } from './models/model-cache.js';
export type {
  CachedModel,
  CachedModelOptions,
  ModelCacheOptions,
  ModelDemandOptions,
} from './models/model-cache-options.js';
export type { CachedModelState, CachedModelStats, ModelCacheStats } from './models/model-cache-stats.js';
export type { ModelLease } from './models/model-lease.js';
export type { PipelineBuilder } from './pipeline/builder.js';
export type { EngineStageOptions, PipelineEngine } from './pipeline/engine-stage.js';
export type {
  PipelineOptions,
  PipelineRunOptions,
  PipelineStreamOptions,
  StageContext,
  StageOptions,
} from './pipeline/options.js';
export { Pipeline, type PipelineStats } from './pipeline/pipeline.js';
export type { StageStats } from './pipeline/stage.js';
export type {
  PlanBackend,
  PlanDevice,
  PlanFile,
  PlanHeader,
  PlanLayer,
  PlanMessage,
  PlanModel,
  PlanPayload,
  PlanSignature,
  PlanTensor,
} from './plan/header.js';
export type { PlanKey } from './plan/key.js';
export type { PlanSource } from './plan/open-plan.js';
export type { ShapeProfile, ShapeRange } from './plan/profile.js';
export { readPlanHeader as inspectPlan } from './plan/read.js';
export { type SignedPlan, type SignPlanOptions, signPlan } from './plan/sign.js';
export type { KeyLike, PlanTrust } from './plan/trust.js';
export { type VerifiedPlan, type VerifyPlanOptions, verifyPlan } from './plan/verify.js';
export type { PooledTensor, PooledType } from './tensor/pooled-tensor.js';
export { Tensor } from './tensor/tensor.js';
export type { DataOf, Float16ArrayLike, TensorLike, TensorMap, TensorSpec, TensorType } from './tensor/types.js';
