#include <algorithm>
#include <cstring>

#include "backends/cpu/cpu_model.h"
#include "backends/cpu/ort_allocator.h"
#include "memory/buffer.h"

namespace ntrt::cpu {
namespace {

/// ONNX Runtime refuses a null data pointer even for tensors without elements.
char no_data;

OrtValue* make_string_tensor(const OrtApi& api, const TensorView& view) {
  OrtAllocator* allocator = nullptr;
  check(api, api.GetAllocatorWithDefaultOptions(&allocator), Step::kRun);
  OrtValue* value = nullptr;
  check(api,
        api.CreateTensorAsOrtValue(allocator, view.dims.data(), view.dims.size(), ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING,
                                   &value),
        Step::kRun);
  OrtPtr<OrtValue> owner(value, api.ReleaseValue);
  const auto& strings = *static_cast<const std::vector<std::string>*>(view.data);
  // By buffer, not by FillStringTensor: that one ends a string at its first NUL.
  for (size_t i = 0; i < strings.size(); ++i) {
    char* buffer = nullptr;
    check(api, api.GetResizedStringTensorElementBuffer(value, i, strings[i].size(), &buffer), Step::kRun);
    std::copy(strings[i].begin(), strings[i].end(), buffer);
  }
  return owner.release();
}

OrtValue* make_tensor(const OrtLibrary& ort, const TensorView& view) {
  const OrtApi& api = ort.api();
  if (view.type == DType::kString) return make_string_tensor(api, view);
  OrtValue* value = nullptr;
  void* data = view.data != nullptr ? view.data : &no_data;
  check(api,
        api.CreateTensorWithDataAsOrtValue(ort.memory_info(), data, view.bytes, view.dims.data(), view.dims.size(),
                                           to_ort(view.type), &value),
        Step::kRun);
  return value;
}

std::vector<std::string> read_strings(const OrtApi& api, const OrtValue* value, size_t count) {
  size_t total = 0;
  check(api, api.GetStringTensorDataLength(value, &total), Step::kRun);
  std::string text(total, '\0');
  std::vector<size_t> offsets(count);
  check(api, api.GetStringTensorContent(value, text.data(), total, offsets.data(), count), Step::kRun);
  std::vector<std::string> strings(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t end = i + 1 < count ? offsets[i + 1] : total;
    strings[i] = text.substr(offsets[i], end - offsets[i]);
  }
  return strings;
}

OutputValue own(OrtValue* value) noexcept {
  return {value, [](void* owner) noexcept { OrtLibrary::current().api().ReleaseValue(static_cast<OrtValue*>(owner)); }};
}

/// Says where an output that ONNX Runtime allocated is, and of which type and shape.
void describe_output(const OrtApi& api, OrtValue* value, const char* name, OutputRequest& output) {
  ONNXTensorElementDataType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  const int64_t* dims = nullptr;
  size_t rank = 0;
  check(api, api.GetTensorElementTypeAndShapeDataReference(value, &type, &dims, &rank), Step::kRun);
  output.view.type = from_ort(type, name);
  output.view.dims.assign(dims, dims + rank);
  const size_t count = element_count(output.view.dims);
  output.view.bytes = count * dtype_size(output.view.type);
  if (output.view.type == DType::kString) {
    output.value.strings() = read_strings(api, value, count);
    output.view.data = nullptr;
  } else {
    check(api, api.GetTensorMutableData(value, &output.view.data), Step::kRun);
  }
}

/// An output that is an input of the graph. ONNX Runtime would return the input's own memory for it, which is not ours
/// to give away, and would leave `into` as it was.
void pass_through(const TensorView& input, OutputRequest& output) {
  if (output.into) {
    if (output.view.dims != input.dims || output.view.bytes != input.bytes) {
      throw Error(Code::kShapeMismatch, "an output of shape " + to_string(input.dims) +
                                            " does not fit the tensor given in 'into', of shape " +
                                            to_string(output.view.dims));
    }
    if (input.bytes > 0) std::memcpy(output.view.data, input.data, input.bytes);
    return;
  }
  output.view = input;
  if (input.type == DType::kString) {
    output.value.strings() = *static_cast<const std::vector<std::string>*>(input.data);
    output.view.data = nullptr;
    return;
  }
  auto owner = std::make_unique<Buffer>(host_pool(), input.bytes);
  if (input.bytes > 0) std::memcpy(owner->data(), input.data, input.bytes);
  output.view.data = owner->data();
  output.value = OutputValue(owner.release(), [](void* buffer) noexcept { delete static_cast<Buffer*>(buffer); });
}

bool same_tensor(const TensorView& a, const TensorView& b) {
  return a.data == b.data && a.bytes == b.bytes && a.type == b.type && a.dims == b.dims;
}

}  // namespace

CpuInstance::CpuInstance(const CpuModel& model)
    : model_(model), run_options_(nullptr, model.ort_.api().ReleaseRunOptions) {
  const OrtApi& api = model.ort_.api();
  OrtRunOptions* options = nullptr;
  check(api, api.CreateRunOptions(&options), Step::kRun);
  run_options_.reset(options);
  check(api, api.RunOptionsSetRunLogSeverityLevel(options, ORT_LOGGING_LEVEL_FATAL), Step::kRun);
  for (size_t i = 0; i < model.input_names_.size(); ++i) inputs_.push_back({{nullptr, api.ReleaseValue}, {}});
  for (size_t i = 0; i < model.output_names_.size(); ++i) outputs_.push_back({{nullptr, api.ReleaseValue}, {}});
  input_values_.resize(inputs_.size());
}

/// An OrtValue only points at its data, so the one of the last run serves again when the same memory comes with
/// the same shape: the usual case for loops that reuse their tensors.
OrtValue* CpuInstance::bind(Binding& binding, const TensorView& view) {
  const bool reusable = view.type != DType::kString && binding.value && same_tensor(binding.view, view);
  if (!reusable) {
    binding.value.reset();
    binding.view = view;  // first: were it to fail below, the value would be taken for the one of the last view
    binding.value.reset(make_tensor(model_.ort_, view));
  }
  return binding.value.get();
}

void CpuInstance::run(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) {
  take_failed_allocation();  // one that ONNX Runtime survived must not be blamed for a failure of this run
  computed_.clear();
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (const auto input = model_.passed_inputs_[outputs[i].index]) {
      pass_through(inputs[*input], outputs[i]);
    } else {
      computed_.push_back(i);
    }
  }
  if (!computed_.empty()) compute(inputs, outputs);
}

void CpuInstance::compute(std::span<const TensorView> inputs, std::span<OutputRequest> outputs) {
  const OrtApi& api = model_.ort_.api();
  for (size_t i = 0; i < inputs.size(); ++i) input_values_[i] = bind(inputs_[i], inputs[i]);

  const size_t count = computed_.size();
  names_.resize(count);
  output_values_.resize(count);
  bool any_into = false;
  for (size_t i = 0; i < count; ++i) {
    const OutputRequest& output = outputs[computed_[i]];
    names_[i] = model_.output_names_[output.index];
    any_into = any_into || output.into;
    output_values_[i] = output.into ? bind(outputs_[output.index], output.view) : nullptr;
  }
  OrtStatus* status = api.Run(model_.session_.get(), run_options_.get(), model_.input_names_.data(),
                              input_values_.data(), input_values_.size(), names_.data(), count, output_values_.data());
  // Everything has its owner before anything below can throw.
  for (size_t i = 0; i < count; ++i) {
    OutputRequest& output = outputs[computed_[i]];
    if (!output.into) output.value = own(output_values_[i]);
  }
  if (status != nullptr && any_into && api.GetErrorCode(status) == ORT_INVALID_ARGUMENT && fits(inputs)) {
    const OrtPtr<OrtStatus> owner(status, api.ReleaseStatus);
    throw Error(Code::kShapeMismatch,
                std::string("an output does not fit the tensor given in 'into': ") + api.GetErrorMessage(status));
  }
  check(api, status, Step::kRun);
  for (size_t i = 0; i < count; ++i) {
    OutputRequest& output = outputs[computed_[i]];
    if (!output.into) describe_output(api, output_values_[i], names_[i], output);
  }
}

/// Whether the inputs agree with what the model says about each of them.
bool CpuInstance::fits(std::span<const TensorView> inputs) const {
  const auto& specs = model_.signature_.inputs;
  for (size_t i = 0; i < specs.size(); ++i) {
    const auto& dims = specs[i].dims;
    if (specs[i].any_rank) continue;
    const bool same = inputs[i].type == specs[i].type && inputs[i].dims.size() == dims.size() &&
                      std::equal(dims.begin(), dims.end(), inputs[i].dims.begin(), [](const Dim& dim, int64_t size) {
                        const auto* fixed = std::get_if<int64_t>(&dim);
                        return fixed == nullptr || *fixed == size;
                      });
    if (!same) return false;
  }
  return true;
}

void CpuInstance::terminate() noexcept {
  const OrtApi& api = model_.ort_.api();
  api.ReleaseStatus(api.RunOptionsSetTerminate(run_options_.get()));
}

}  // namespace ntrt::cpu
