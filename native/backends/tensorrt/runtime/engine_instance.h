#pragma once
// What runs an engine: one execution context and one stream.

#include <NvInferRuntime.h>

#include <memory>
#include <span>
#include <vector>

#include "backends/tensorrt/runtime/loaded_engine.h"
#include "backends/tensorrt/runtime/tensor_memory.h"

namespace ntrt::tensorrt {

/// Owns its scratch memory and that of its tensors, which grows with their shapes. One thread at a time; several
/// instances of an engine run beside each other. The engine outlives it.
class EngineInstance {
 public:
  /// Throws Error: kOutOfMemory, kBackendError (details log), kDeviceLost.
  explicit EngineInstance(const LoadedEngine& engine);
  EngineInstance(const EngineInstance&) = delete;
  EngineInstance& operator=(const EngineInstance&) = delete;
  /// Waits for its work.
  ~EngineInstance();

  /// Blocks until the outputs are where they were placed. Throws Error: as check_inputs() and choose_profile();
  /// kUnsupported with details reason 'data-dependent-shape' and output; kOutOfMemory with kind; kDeviceLost for an
  /// error of CUDA's that stays; kBackendError for another one, or with details log for one of TensorRT's;
  /// kInvalidArgument where an output was refused its place. After any of them it can run again.
  void run(std::span<const NtrtInput> inputs, const NtrtOutputs& outputs);

 private:
  /// An output of this run.
  struct Result {
    Shape dims;
    size_t bytes = 0;
    void* target = nullptr;
    bool is_wanted = false;
  };

  void use_profile(int32_t profile);
  void bind_inputs(std::span<const NtrtInput> inputs);
  void bind_outputs();
  void place(const NtrtOutputs& outputs);
  void compute(std::span<const NtrtInput> inputs);
  void hand_out();
  void settle() const noexcept;
  [[noreturn]] void fail(std::string what) const;
  void expect(bool is_done, const char* what, const std::string& tensor = {}) const;

  const LoadedEngine& engine_;
  cuda::Stream stream_;
  std::unique_ptr<nvinfer1::IExecutionContext, DeleteInContext> context_;
  int32_t profile_ = 0;
  std::vector<TensorMemory> input_memory_;
  std::vector<TensorMemory> output_memory_;
  std::vector<Result> results_;
};

}  // namespace ntrt::tensorrt
