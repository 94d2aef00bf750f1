#include "backends/tensorrt/module_model.h"

#include <algorithm>
#include <span>

#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

Code code_named(std::string_view name) noexcept {
  for (int code = 0; code < kNumCodes; ++code) {
    if (code_name(static_cast<Code>(code)) == name) return static_cast<Code>(code);
  }
  return Code::kInternal;
}

Error read_failure(const NtrtFailure& failure) {
  std::vector<Detail> details;
  for (const NtrtDetail& detail : std::span(failure.details, failure.num_details)) {
    if (detail.text != nullptr) {
      details.push_back({detail.key, std::string(detail.text)});
    } else {
      details.push_back({detail.key, detail.number});
    }
  }
  return {code_named(failure.code), failure.message, std::move(details)};
}

/// What is known of a tensor of this rank beside the plan; null: nothing.
const PlanNames* names_of(const std::vector<PlanNames>& names, const std::string& tensor, size_t rank) {
  const auto given = std::ranges::find(names, tensor, &PlanNames::tensor);
  return given == names.end() || given->dims.size() != rank ? nullptr : &*given;
}

std::vector<TensorSpec> read_specs(std::span<const NtrtTensorFacts> tensors, const std::vector<PlanNames>& names) {
  std::vector<TensorSpec> specs;
  for (const NtrtTensorFacts& tensor : tensors) {
    TensorSpec& spec = specs.emplace_back();
    spec.name = tensor.name;
    spec.type = static_cast<DType>(tensor.type);
    const PlanNames* const given = names_of(names, spec.name, tensor.rank);
    for (size_t i = 0; i < tensor.rank; ++i) {
      if (tensor.dims[i] >= 0) {
        spec.dims.emplace_back(tensor.dims[i]);
      } else {
        spec.dims.push_back(given == nullptr ? Dim("") : given->dims[i]);
      }
    }
    if (given != nullptr && given->usual.size() == tensor.rank) spec.usual = given->usual;
  }
  return specs;
}

}  // namespace

void throw_failure(const NtrtRuntime& runtime, const NtrtFailure* failure) {
  if (failure == nullptr) return;
  const std::unique_ptr<const NtrtFailure, void (*)(const NtrtFailure*)> owner(failure, runtime.release_failure);
  throw read_failure(*failure);
}

ModuleModel::ModuleModel(const NtrtRuntime& runtime, NtrtEngine* engine, const PlanRequest& request)
    : runtime_(runtime), log_(request.log), engine_(engine, runtime.unload) {
  const NtrtEngineFacts& facts = *runtime.describe(engine);
  signature_.inputs = read_specs({facts.inputs, facts.num_inputs}, request.inputs);
  signature_.outputs = read_specs({facts.outputs, facts.num_outputs}, request.outputs);
}

std::unique_ptr<Instance> ModuleModel::create_instance() {
  NtrtInstance* instance = nullptr;
  throw_failure(runtime_, runtime_.create_instance(engine_.get(), &instance));
  return std::make_unique<ModuleInstance>(runtime_, instance, signature_);
}

}  // namespace ntrt::tensorrt
