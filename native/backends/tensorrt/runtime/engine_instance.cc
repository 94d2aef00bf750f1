#include "backends/tensorrt/runtime/engine_instance.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "backends/tensorrt/runtime/input_check.h"
#include "core/error.h"
#include "cuda/cuda_error.h"

namespace ntrt::tensorrt {

EngineInstance::EngineInstance(const LoadedEngine& engine)
    : engine_(engine),
      stream_(cuda::Stream::create(engine.context())),
      context_(nullptr, {engine.context()}),
      input_memory_(engine.tensors().inputs.size()),
      output_memory_(engine.tensors().outputs.size()),
      results_(engine.tensors().outputs.size()) {
  const cuda::ContextScope scope(*engine.context());
  context_.reset(engine.create_context());
  expect(context_ != nullptr, "makes no execution context");
}

EngineInstance::~EngineInstance() {
  const cuda::QuietContextScope scope(*engine_.context());
  settle();
}

/// What was submitted is over, whatever became of it: memory that it used may be used again.
void EngineInstance::settle() const noexcept {
  const cuda::Driver& driver = engine_.context()->driver();
  driver.stream_synchronize.call(stream_.get());
}

/// Of something that TensorRT did not do.
void EngineInstance::fail(std::string what) const {
  stream_.synchronize();  // throws what is wrong with the context, which TensorRT's words may leave out
  throw engine_.log().explain(Code::kBackendError, "TensorRT " + std::move(what));
}

void EngineInstance::expect(bool is_done, const char* what, const std::string& tensor) const {
  if (!is_done) fail(tensor.empty() ? what : std::string(what) + " '" + tensor + "'");
}

void EngineInstance::run(std::span<const NtrtInput> inputs, const NtrtOutputs& outputs) {
  check_inputs(engine_.tensors(), inputs);
  const int32_t profile = choose_profile(engine_.tensors(), inputs);
  const cuda::ContextScope scope(*engine_.context());
  try {
    use_profile(profile);
    bind_inputs(inputs);
    bind_outputs();
    place(outputs);
    compute(inputs);
  } catch (...) {
    settle();
    throw;
  }
  hand_out();
}

void EngineInstance::use_profile(int32_t profile) {
  if (profile == profile_) return;
  profile_ = -1;  // not known, should it fail
  expect(context_->setOptimizationProfileAsync(profile, stream_.get()), "does not take another profile");
  stream_.synchronize();
  profile_ = profile;
}

void EngineInstance::bind_inputs(std::span<const NtrtInput> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const EngineTensor& tensor = engine_.tensors().inputs[i];
    TensorMemory& memory = input_memory_[i];
    memory.reserve(engine_.context(), inputs[i].bytes, tensor.is_on_host);
    if (inputs[i].bytes > 0) std::memcpy(memory.pinned(), inputs[i].data, inputs[i].bytes);
    const char* const name = tensor.name.c_str();
    expect(context_->setInputShape(name, to_dims(shape_of(inputs[i]))), "does not take the shape of", tensor.name);
    expect(context_->setTensorAddress(name, memory.address(tensor.is_on_host)), "does not take the memory of",
           tensor.name);
  }
}

void EngineInstance::bind_outputs() {
  expect(context_->inferShapes(0, nullptr) == 0, "cannot tell the shapes of the results");
  for (size_t i = 0; i < results_.size(); ++i) {
    const EngineTensor& tensor = engine_.tensors().outputs[i];
    const nvinfer1::Dims dims = context_->getTensorShape(tensor.name.c_str());
    results_[i] = {to_shape(dims), 0, nullptr, false};
    const Shape& shape = results_[i].dims;
    if (dims.nbDims < 0 || std::ranges::any_of(shape, [](int64_t dim) { return dim < 0; })) {
      throw Error(Code::kUnsupported,
                  "the shape of output '" + tensor.name + "' depends on data, which plans cannot have here yet",
                  {{"reason", "data-dependent-shape"}, {"output", tensor.name}});
    }
    results_[i].bytes = element_count(shape) * dtype_size(tensor.type);
    TensorMemory& memory = output_memory_[i];
    memory.reserve(engine_.context(), results_[i].bytes, tensor.is_on_host);
    expect(context_->setTensorAddress(tensor.name.c_str(), memory.address(tensor.is_on_host)),
           "does not take the memory of", tensor.name);
  }
}

void EngineInstance::place(const NtrtOutputs& outputs) {
  for (size_t at = 0; at < outputs.num_wanted; ++at) {
    const size_t index = outputs.wanted[at];
    if (index >= results_.size()) throw Error(Code::kInvalidArgument, "there is no output " + std::to_string(index));
    Result& result = results_[index];
    result.is_wanted = true;
    const int status =
        outputs.place(outputs.context, at, result.dims.data(), result.dims.size(), result.bytes, &result.target);
    if (status == 0) continue;
    const std::string& name = engine_.tensors().outputs[index].name;
    throw Error(Code::kInvalidArgument, "there is no place for output '" + name + "'", {{"output", name}});
  }
}

void EngineInstance::compute(std::span<const NtrtInput> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (engine_.tensors().inputs[i].is_on_host || inputs[i].bytes == 0) continue;
    stream_.copy_to_device(input_memory_[i].device(), input_memory_[i].pinned(), inputs[i].bytes);
  }
  expect(context_->enqueueV3(stream_.get()), "does not run");
  for (size_t i = 0; i < results_.size(); ++i) {
    const bool is_copied = results_[i].is_wanted && !engine_.tensors().outputs[i].is_on_host;
    if (!is_copied || results_[i].bytes == 0) continue;
    stream_.copy_to_host(output_memory_[i].pinned(), output_memory_[i].device(), results_[i].bytes);
  }
  stream_.synchronize();
}

void EngineInstance::hand_out() {
  for (size_t i = 0; i < results_.size(); ++i) {
    const Result& result = results_[i];
    if (result.is_wanted && result.bytes > 0) std::memcpy(result.target, output_memory_[i].pinned(), result.bytes);
  }
}

}  // namespace ntrt::tensorrt
