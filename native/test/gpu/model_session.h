#pragma once
// A plan of any model, loaded and run on a stream of its own, one sample at a time.

#include <map>

#include "backends/tensorrt/builder/libraries.h"
#include "cuda/device_memory.h"
#include "cuda/graph.h"
#include "cuda/stream.h"
#include "test/gpu/machine.h"
#include "test/gpu/model_case.h"
#include "test/gpu/text.h"

namespace ntrt::gpu {

/// By output.
using Comparison = std::map<std::string, SignalToNoise>;

/// Throws where an output has less than it should; the one that is furthest off, in dB.
inline double worst_db(const Comparison& comparison, double least) {
  double worst = INFINITY;
  for (const auto& [output, difference] : comparison) {
    const double db = difference.db();
    expect(db >= least, output + format(": %.1f dB over differences, at least %.0f are wanted", db, least));
    worst = std::min(worst, db);
  }
  return worst;
}

/// On a thread whose current context is `context`. A sample is set before anything is enqueued.
class ModelSession {
 public:
  ModelSession(const tensorrt::Libraries& libraries, const cuda::ContextPtr& context, const nvinfer1::IHostMemory& plan)
      : stream_(cuda::Stream::create(context)),
        runtime_(libraries.runtime(log_)),
        engine_(runtime_->deserializeCudaEngine(plan.data(), plan.size())),
        settled_(context) {
    expect(engine_ != nullptr, log_.explain("TensorRT does not load its own plan"));
    execution_.reset(engine_->createExecutionContext());
    expect(execution_ != nullptr, log_.explain("TensorRT makes no execution context"));
  }

  const cuda::Stream& stream() const { return stream_; }
  /// What TensorRT needs beside weights, inputs and outputs.
  int64_t scratch_bytes() const { return engine_->getDeviceMemorySizeV2(); }

  void set(const CaseSample& sample) {
    for (const CaseTensor& input : sample.inputs) {
      expect(execution_->setInputShape(input.name.c_str(), input.dims), log_.explain("no shape for " + input.name));
      const CUdeviceptr address = memory(input.name, input.bytes.size());
      stream_.copy_to_device(address, input.bytes.data(), input.bytes.size());
    }
    for (const CaseTensor& output : sample.outputs) {
      const nvinfer1::Dims dims = execution_->getTensorShape(output.name.c_str());
      const bool is_same = dims.nbDims == output.dims.nbDims && std::equal(dims.d, dims.d + dims.nbDims, output.dims.d);
      expect(is_same, output.name + " has another shape than ONNX Runtime's");
      const auto type = engine_->getTensorDataType(output.name.c_str());
      expect(type == nvinfer1::DataType::kFLOAT, output.name + " is not float32");
      // So that what is left unwritten is no number.
      stream_.fill(memory(output.name, output.bytes.size()), 0xFF, output.bytes.size());
    }
    stream_.synchronize();  // the bytes are not pinned
  }

  void enqueue() { expect(execution_->enqueueV3(stream_.get()), log_.explain("TensorRT does not run")); }

  /// Waits.
  void compare(const CaseSample& sample, Comparison& comparison) {
    for (const CaseTensor& output : sample.outputs) {
      std::string actual(output.bytes.size(), '\0');
      stream_.copy_to_host(actual.data(), memory_.at(output.name).get(), actual.size());
      stream_.synchronize();
      comparison[output.name].add(actual, output.bytes);
    }
  }

  /// What was set, captured.
  cuda::GraphExec capture() {
    cuda::StreamCapture capture(stream_);
    enqueue();
    return cuda::GraphExec::instantiate(capture.finish());
  }

 private:
  /// At least so many bytes for a tensor, which is told where they are.
  CUdeviceptr memory(const std::string& name, size_t bytes) {
    cuda::DeviceMemory& held = memory_[name];
    if (held.bytes() < bytes) {
      held = {};
      held = cuda::DeviceMemory::allocate(stream_.context(), bytes);
    }
    // NOLINTNEXTLINE(performance-no-int-to-ptr): nobody follows it on the host
    auto* const address = reinterpret_cast<void*>(held.get());
    expect(execution_->setTensorAddress(name.c_str(), address), log_.explain("no address is taken"));
    return held.get();
  }

  tensorrt::TensorRtLog log_;
  cuda::Stream stream_;
  std::map<std::string, cuda::DeviceMemory> memory_;
  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  std::unique_ptr<nvinfer1::IExecutionContext> execution_;
  Settled settled_;  // last: ends first
};

}  // namespace ntrt::gpu
