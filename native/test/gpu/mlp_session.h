#pragma once
// A plan of the perceptron, loaded and run on a stream of its own.

#include <algorithm>

#include "backends/tensorrt/builder/libraries.h"
#include "cuda/device_memory.h"
#include "cuda/pinned_memory.h"
#include "cuda/stream.h"
#include "test/gpu/machine.h"
#include "test/gpu/mlp.h"

namespace ntrt::gpu {

/// On a thread whose current context is `context`. Rows are set before anything is enqueued.
class MlpSession {
 public:
  MlpSession(const tensorrt::Libraries& libraries, const cuda::ContextPtr& context, const std::string& plan,
             const Mlp& mlp)
      : stream_(cuda::Stream::create(context)),
        runtime_(libraries.runtime(log_)),
        engine_(runtime_->deserializeCudaEngine(plan.data(), plan.size())),
        settled_(context) {
    expect(engine_ != nullptr, log_.explain("TensorRT does not load its own plan"));
    expect(engine_->getNbIOTensors() == 2, "the plan has " + std::to_string(engine_->getNbIOTensors()) + " tensors");
    execution_.reset(engine_->createExecutionContext());
    expect(execution_ != nullptr, log_.explain("TensorRT makes no execution context"));
    const size_t bytes = Mlp::count(mlp.rows()) * sizeof(float);
    device_input_ = cuda::DeviceMemory::allocate(context, bytes);
    device_output_ = cuda::DeviceMemory::allocate(context, bytes);
    host_input_ = cuda::PinnedMemory::allocate(context, bytes);
    host_output_ = cuda::PinnedMemory::allocate(context, bytes);
    std::memcpy(host_input_.get(), mlp.input_rows(mlp.rows()).data(), bytes);
    for (int32_t i = 0; i < 2; ++i) {
      const char* name = engine_->getIOTensorName(i);
      const bool is_input = engine_->getTensorIOMode(name) == nvinfer1::TensorIOMode::kINPUT;
      if (is_input) input_name_ = name;
      const CUdeviceptr address = is_input ? device_input_.get() : device_output_.get();
      // NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it on the host
      expect(execution_->setTensorAddress(name, reinterpret_cast<void*>(address)), log_.explain("no address is taken"));
    }
  }
  MlpSession(const MlpSession&) = delete;
  MlpSession& operator=(const MlpSession&) = delete;
  ~MlpSession() = default;

  const cuda::Stream& stream() const { return stream_; }

  void set_rows(int rows) {
    expect(execution_->setInputShape(input_name_.c_str(), Mlp::dims(rows)), log_.explain("no shape is taken"));
  }

  void upload(int rows) { stream_.copy_to_device(device_input_.get(), host_input_.get(), bytes_of(rows)); }
  void enqueue() { expect(execution_->enqueueV3(stream_.get()), log_.explain("TensorRT does not run")); }
  /// Waits.
  void download(int rows) {
    stream_.copy_to_host(host_output_.get(), device_output_.get(), bytes_of(rows));
    stream_.synchronize();
  }

  void run(int rows) {
    clear_output();
    upload(rows);
    enqueue();
    download(rows);
  }

  /// So that what an earlier run left is no result.
  void clear_output() { stream_.fill(device_output_.get(), 0, device_output_.bytes()); }

  std::span<const float> output(int rows) const {
    return {static_cast<const float*>(host_output_.get()), Mlp::count(rows)};
  }

 private:
  static size_t bytes_of(int rows) { return Mlp::count(rows) * sizeof(float); }

  tensorrt::TensorRtLog log_;
  cuda::Stream stream_;
  cuda::DeviceMemory device_input_;
  cuda::DeviceMemory device_output_;
  cuda::PinnedMemory host_input_;
  cuda::PinnedMemory host_output_;
  std::string input_name_;
  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  std::unique_ptr<nvinfer1::IExecutionContext> execution_;
  Settled settled_;  // last: ends first
};

}  // namespace ntrt::gpu
