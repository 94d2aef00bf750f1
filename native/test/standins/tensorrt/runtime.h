#pragma once
// IRuntime: makes engines of plans.

#include <memory>
#include <span>
#include <string>

#include "loud.h"
#include "test/standins/tensorrt/plan.h"
#include "test/standins/tensorrt/voice.h"

namespace standin {

class Runtime final : public nvinfer1::loud::Runtime {
 public:
  explicit Runtime(Voice voice) : voice_(voice) {}

  nvinfer1::ICudaEngine* deserializeCudaEngine(const void* blob, size_t size) noexcept override;
  nvinfer1::ICudaEngine* deserializeCudaEngineV2(nvinfer1::IStreamReaderV2& reader) noexcept override;
  void setGpuAllocator(nvinfer1::IGpuAllocator* allocator) noexcept override { allocator_ = allocator; }
  void setErrorRecorder(nvinfer1::IErrorRecorder* recorder) noexcept override { voice_.set_recorder(recorder); }
  nvinfer1::IErrorRecorder* getErrorRecorder() const noexcept override { return voice_.recorder(); }
  nvinfer1::ILogger* getLogger() const noexcept override { return voice_.logger(); }
  bool setMaxThreads(int32_t number) noexcept override;
  int32_t getMaxThreads() const noexcept override { return threads_; }
  void setEngineHostCodeAllowed(bool allowed) noexcept override { is_host_code_allowed_ = allowed; }
  bool getEngineHostCodeAllowed() const noexcept override { return is_host_code_allowed_; }
#ifdef TRT_MAJOR_RTX
  int64_t getEngineHeaderSize() const noexcept override { return kPlanHeaderBytes; }
  nvinfer1::EngineValidity getEngineValidity(const void* blob, int64_t size,
                                             uint64_t* diagnostics) const noexcept override;
#endif

 private:
  nvinfer1::ICudaEngine* load(std::span<const std::byte> bytes);
  /// "" where the plan fits this library and the device.
  std::string mismatch(const Plan& plan) const;

  Voice voice_;
  nvinfer1::IGpuAllocator* allocator_ = nullptr;
  int32_t threads_ = 1;
  bool is_host_code_allowed_ = false;
};

}  // namespace standin
