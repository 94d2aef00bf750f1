#pragma once
// A plan on a GPU.

#include <NvInferRuntime.h>

#include <memory>
#include <string>
#include <vector>

#include "backends/tensorrt/loader/library.h"
#include "backends/tensorrt/module/runtime_api.h"
#include "backends/tensorrt/runtime/device.h"
#include "backends/tensorrt/runtime/engine_tensors.h"
#include "backends/tensorrt/runtime/runtime_cache.h"
#include "backends/tensorrt/runtime/runtime_log.h"

namespace ntrt::tensorrt {

/// Owns the weights and a reference to the device's primary context. Any thread; outlives its instances.
class LoadedEngine {
 public:
  /// Throws Error: kBackendUnavailable (no library, no driver), kEngineIncompatible (details reason 'refused',
  /// 'invalid' or 'truncated'), kOutOfMemory, kUnsupported, kInvalidArgument (device), kDeviceLost; as refit_engine()
  /// and limit_weights().
  explicit LoadedEngine(const NtrtPlanRequest& request);
  LoadedEngine(const LoadedEngine&) = delete;
  LoadedEngine& operator=(const LoadedEngine&) = delete;
  /// Keeps the runtime cache. Its instances are destroyed.
  ~LoadedEngine();

  const NtrtEngineFacts& facts() const noexcept { return facts_; }
  const EngineTensors& tensors() const noexcept { return tensors_; }
  const cuda::ContextPtr& context() const noexcept { return device_.context; }
  RuntimeLog& log() const noexcept { return *log_; }
  /// Null where TensorRT makes none. In the engine's context of CUDA's.
  nvinfer1::IExecutionContext* create_context() const noexcept { return cache_->create_context(*engine_); }

 private:
  void deserialize(const NtrtPlanRequest& request);
  void write_facts();

  template <typename T>
  using InContext = std::unique_ptr<T, DeleteInContext>;

  const RuntimeLogPtr log_;
  const std::shared_ptr<const Library> library_;
  const UsedDevice device_;
  InContext<nvinfer1::IRuntime> runtime_;
  InContext<nvinfer1::ICudaEngine> engine_;
  std::unique_ptr<RuntimeCache> cache_;
  EngineTensors tensors_;
  std::string json_;
  std::vector<NtrtTensorFacts> tensor_facts_;  ///< inputs, then outputs
  NtrtEngineFacts facts_{};
};

}  // namespace ntrt::tensorrt
