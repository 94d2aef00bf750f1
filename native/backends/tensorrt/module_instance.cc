#include <optional>

#include "backends/tensorrt/module_model.h"
#include "core/error.h"
#include "memory/buffer.h"

namespace ntrt::tensorrt {
namespace {

/// What place_output() works on. It must not throw, so that its error waits here.
struct Placing {
  std::span<OutputRequest> outputs;
  const Signature& signature;
  std::optional<Error> error;
};

void place_in_own_memory(OutputRequest& output, DType type, Shape dims, size_t bytes) {
  auto owner = std::make_unique<Buffer>(host_pool(), bytes);
  output.view = {type, std::move(dims), owner->data(), bytes};
  output.value = OutputValue(owner.release(), [](void* buffer) noexcept { delete static_cast<Buffer*>(buffer); });
}

void check_target(const OutputRequest& output, const Shape& dims, size_t bytes) {
  if (output.view.dims == dims && output.view.bytes == bytes) return;
  throw Error(Code::kShapeMismatch, "an output of shape " + to_string(dims) +
                                        " does not fit the tensor given in 'into', of shape " +
                                        to_string(output.view.dims));
}

int place_output(void* context, size_t at, const int64_t* dims, size_t rank, size_t bytes, void** memory) {
  auto& placing = *static_cast<Placing*>(context);
  try {
    OutputRequest& output = placing.outputs[at];
    Shape shape(dims, dims + rank);
    if (output.into) {
      check_target(output, shape, bytes);
    } else {
      place_in_own_memory(output, placing.signature.outputs[output.index].type, std::move(shape), bytes);
    }
    *memory = output.view.data;
    return 0;
  } catch (...) {
    placing.error = Error::current();
    return 1;
  }
}

}  // namespace

ModuleInstance::ModuleInstance(const NtrtRuntime& runtime, NtrtInstance* instance, const Signature& signature)
    : runtime_(runtime), instance_(instance, runtime.destroy_instance), signature_(signature) {}

void ModuleInstance::run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) {
  if (is_terminated_) throw Error(Code::kBackendError, "the run was stopped before it began");
  inputs_.clear();
  wanted_.clear();
  for (const TensorView& input : inputs) {
    inputs_.push_back(
        {input.data, input.bytes, input.dims.data(), input.dims.size(), static_cast<int32_t>(input.type)});
  }
  for (const OutputRequest& output : outputs) wanted_.push_back(output.index);
  Placing placing{outputs, signature_, std::nullopt};
  const NtrtOutputs places{wanted_.data(), wanted_.size(), place_output, &placing};
  const NtrtFailure* const failure = runtime_.run(instance_.get(), inputs_.data(), inputs_.size(), &places);
  if (placing.error) {
    runtime_.release_failure(failure);
    throw Error(*placing.error);
  }
  throw_failure(runtime_, failure);
}

}  // namespace ntrt::tensorrt
