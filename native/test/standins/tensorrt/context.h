#pragma once
// IExecutionContext: shapes, addresses, and runs.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/engine.h"

namespace standin {

/// Used by one thread at a time, as NVIDIA's. Two runs of it at the same time are reported.
class ExecutionContext final : public nvinfer1::loud::ExecutionContext {
 public:
  ExecutionContext(const Engine& engine, std::shared_ptr<EngineCore> core, DeviceBlock scratch,
                   std::shared_ptr<int> alive, CompiledPtr compiled);

  const nvinfer1::ICudaEngine& getEngine() const noexcept override { return engine_; }
  void setName(const char* name) noexcept override { name_ = name; }
  const char* getName() const noexcept override { return name_.c_str(); }
  int32_t getOptimizationProfile() const noexcept override { return profile_; }
  bool setOptimizationProfileAsync(int32_t profile, cudaStream_t stream) noexcept override;
  bool setInputShape(const char* name, const Dims& dims) noexcept override;
  Dims getTensorShape(const char* name) const noexcept override;
  bool allInputDimensionsSpecified() const noexcept override;
  int32_t inferShapes(int32_t size, const char** names) noexcept override;
  bool setTensorAddress(const char* name, void* data) noexcept override;
  bool setInputTensorAddress(const char* name, const void* data) noexcept override;
  bool setOutputTensorAddress(const char* name, void* data) noexcept override;
  const void* getTensorAddress(const char* name) const noexcept override;
  void* getOutputTensorAddress(const char* name) const noexcept override;
  int64_t getMaxOutputSize(const char* name) const noexcept override;
  bool setInputConsumedEvent(cudaEvent_t event) noexcept override;
  cudaEvent_t getInputConsumedEvent() const noexcept override { return consumed_; }
  void setDeviceMemoryV2(void* memory, int64_t bytes) noexcept override;
  size_t updateDeviceMemorySizeForShapes() noexcept override { return static_cast<size_t>(core_->scratch_bytes()); }
  bool enqueueV3(cudaStream_t stream) noexcept override;
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { voice_.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return voice_.recorder(); }

 private:
  /// Of an input as set or fixed; rank -1 if it is open.
  Dims input_shape(const ModelTensor& input) const;
  /// Of all outputs, in their order, for the inputs as they are; nothing where one is open.
  std::optional<std::vector<Dims>> output_shapes() const;
  std::vector<Dims> declared_output_shapes() const;
  const ProfileShapes* profile_of(const std::string& input) const;
  bool refuse(const std::string& text) const { return voice_.error(nvinfer1::ErrorCode::kINVALID_ARGUMENT, text); }

  const Engine& engine_;
  std::shared_ptr<EngineCore> core_;
  Voice voice_;
  DeviceBlock scratch_;
  std::shared_ptr<int> alive_;
  CompiledPtr compiled_;  // null without a runtime cache
  std::string name_;
  int32_t profile_ = 0;
  std::map<std::string, Dims, std::less<>> shapes_;
  std::map<std::string, void*, std::less<>> addresses_;
  void* device_memory_ = nullptr;
  int64_t device_memory_bytes_ = 0;
  cudaEvent_t consumed_ = nullptr;
  /// The last answer, and for which inputs.
  mutable bool has_shapes_ = false;
  mutable std::vector<Dims> known_inputs_;
  mutable std::vector<Dims> known_outputs_;
};

}  // namespace standin
