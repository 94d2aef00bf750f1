#pragma once
// ICudaEngine: a plan whose weights are on the device.

#include <memory>
#include <string>
#include <string_view>

#include "loud.h"
#include "test/standins/cuda/standin.h"
#include "test/standins/tensorrt/compute.h"
#include "test/standins/tensorrt/device_block.h"
#include "test/standins/tensorrt/plan.h"
#include "test/standins/tensorrt/runtime_cache.h"

namespace standin {

/// What contexts and enqueued work need of an engine, and keep alive: the engine itself must outlive its contexts, and
/// work outlives both in a graph.
struct EngineCore {
  Plan plan;
  std::unique_ptr<Compute> compute;
  /// Of the engine: a run that outlives it, in a graph, touches memory that was freed, which is reported.
  StandinAccess weights{};
  nvinfer1::IGpuAllocator* allocator = nullptr;
  Voice voice;

  const Model& model() const { return *plan.model; }
  /// Null where there is none of that name.
  const ModelTensor* input(std::string_view name) const;
  const ModelTensor* output(std::string_view name) const;
  const ModelTensor* tensor(std::string_view name) const;
  /// Device memory that a context needs for a run of these rows.
  int64_t scratch_bytes() const;
};

class Engine final : public nvinfer1::loud::CudaEngine {
 public:
  Engine(std::shared_ptr<EngineCore> core, DeviceBlock weights);
  /// Its contexts must be gone: a violation if not.
  ~Engine() noexcept override;

  const char* getName() const noexcept override { return core_->plan.name.c_str(); }
  int32_t getNbLayers() const noexcept override { return static_cast<int32_t>(core_->model().nodes.size()); }
  int32_t getNbIOTensors() const noexcept override;
  const char* getIOTensorName(int32_t index) const noexcept override;
  nvinfer1::TensorIOMode getTensorIOMode(const char* name) const noexcept override;
  Dims getTensorShape(const char* name) const noexcept override;
  DataType getTensorDataType(const char* name) const noexcept override;
  nvinfer1::TensorLocation getTensorLocation(const char*) const noexcept override { return {}; }
  bool isShapeInferenceIO(const char*) const noexcept override { return false; }
  int32_t getTensorBytesPerComponent(const char* name) const noexcept override;
  int32_t getTensorComponentsPerElement(const char*) const noexcept override { return 1; }
  nvinfer1::TensorFormat getTensorFormat(const char*) const noexcept override { return {}; }
  int32_t getTensorVectorizedDim(const char*) const noexcept override { return -1; }
  int32_t getNbOptimizationProfiles() const noexcept override;
  Dims getProfileShape(const char* name, int32_t profile, nvinfer1::OptProfileSelector select) const noexcept override;
  nvinfer1::EngineCapability getEngineCapability() const noexcept override { return {}; }
  nvinfer1::HardwareCompatibilityLevel getHardwareCompatibilityLevel() const noexcept override {
    return static_cast<nvinfer1::HardwareCompatibilityLevel>(core_->plan.hardware);
  }
  nvinfer1::ProfilingVerbosity getProfilingVerbosity() const noexcept override {
    return static_cast<nvinfer1::ProfilingVerbosity>(core_->plan.verbosity);
  }
  /// Weights that were left out can always be put in.
  bool isRefittable() const noexcept override;
  int32_t getNbAuxStreams() const noexcept override { return 0; }
  int64_t getStreamableWeightsSize() const noexcept override { return streamable_bytes_; }
  bool setWeightStreamingBudgetV2(int64_t bytes) noexcept override;
  int64_t getWeightStreamingBudgetV2() const noexcept override { return budget_; }
  /// Half of them, so that it is no bound.
  int64_t getWeightStreamingAutomaticBudget() const noexcept override { return streamable_bytes_ / 2; }
  int64_t getWeightStreamingScratchMemorySize() const noexcept override;
  int64_t getDeviceMemorySizeV2() const noexcept override;
  int64_t getDeviceMemorySizeForProfileV2(int32_t) const noexcept override { return getDeviceMemorySizeV2(); }
  nvinfer1::IHostMemory* serialize() const noexcept override;
  nvinfer1::IExecutionContext* createExecutionContext(
      nvinfer1::ExecutionContextAllocationStrategy strategy) noexcept override;
#ifdef TRT_MAJOR_RTX
  nvinfer1::IRuntimeConfig* createRuntimeConfig() noexcept override;
  nvinfer1::IExecutionContext* createExecutionContextWithRuntimeConfig(
      nvinfer1::IRuntimeConfig* config) noexcept override;
#endif
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { core_->voice.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return core_->voice.recorder(); }

  // For the refitter.
  const std::string& model_bytes() const { return core_->model().bytes; }
  bool lacks_weights() const { return lacks_weights_; }
  /// `model` is the same one with other values. Throws std::exception.
  void take_weights(std::string model);

 private:
  nvinfer1::IExecutionContext* make_context(nvinfer1::ExecutionContextAllocationStrategy strategy,
                                            CompiledPtr compiled);

  std::shared_ptr<EngineCore> core_;
  DeviceBlock weights_;
  bool lacks_weights_;
  int64_t streamable_bytes_;  ///< 0 in an engine that was not built for it
  int64_t budget_;
  /// What lives as long as a context does.
  std::shared_ptr<int> contexts_ = std::make_shared<int>();
};

}  // namespace standin
