#include "backends/tensorrt/runtime/input_check.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "backends/tensorrt/runtime/describe.h"
#include "core/error.h"

namespace ntrt::tensorrt {
namespace {

[[noreturn]] void refuse_input(const EngineTensor& input, const std::string& what, const std::string& expected,
                               const std::string& received) {
  throw Error(Code::kInvalidArgument,
              "input '" + input.name + "': expected " + what + " " + expected + ", received " + received,
              {{"input", input.name}, {"expected", expected}, {"received", received}});
}

std::string type_text(int32_t type) {
  const bool is_known = type >= 0 && type < kNumDTypes;
  return is_known ? std::string(dtype_name(static_cast<DType>(type))) : "type " + std::to_string(type);
}

/// Of a shape tensor; int32 and int64 are what there is.
std::vector<int64_t> values_of(const EngineTensor& tensor, const NtrtInput& input) {
  std::vector<int64_t> values;
  if (tensor.type == DType::kInt64) {
    values.resize(input.bytes / sizeof(int64_t));
    std::memcpy(values.data(), input.data, values.size() * sizeof(int64_t));
  } else if (tensor.type == DType::kInt32) {
    std::vector<int32_t> narrow(input.bytes / sizeof(int32_t));
    std::memcpy(narrow.data(), input.data, narrow.size() * sizeof(int32_t));
    values.assign(narrow.begin(), narrow.end());
  }
  return values;
}

bool are_between(const std::vector<int64_t>& values, const InputRange& range) {
  if (range.min_values.empty() || range.max_values.empty()) return true;
  if (values.size() != range.min_values.size() || values.size() != range.max_values.size()) return false;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] < range.min_values[i] || values[i] > range.max_values[i]) return false;
  }
  return true;
}

bool fits(const EngineTensor& tensor, const InputRange& range, const NtrtInput& input) {
  if (!range.holds(shape_of(input))) return false;
  return range.min_values.empty() || are_between(values_of(tensor, input), range);
}

/// How many of the inputs fit a profile before the first that does not.
size_t num_fitting(const EngineTensors& tensors, size_t profile, std::span<const NtrtInput> inputs) {
  size_t number = 0;
  while (number < inputs.size() && fits(tensors.inputs[number], tensors.profiles[profile][number], inputs[number])) {
    ++number;
  }
  return number;
}

}  // namespace

void check_inputs(const EngineTensors& tensors, std::span<const NtrtInput> inputs) {
  if (inputs.size() != tensors.inputs.size()) {
    const std::string expected = std::to_string(tensors.inputs.size());
    const std::string received = std::to_string(inputs.size());
    throw Error(Code::kInvalidArgument, "expected " + expected + " inputs, received " + received,
                {{"expected", expected}, {"received", received}});
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const EngineTensor& tensor = tensors.inputs[i];
    if (inputs[i].type != static_cast<int32_t>(tensor.type)) {
      refuse_input(tensor, "elements of", type_text(static_cast<int32_t>(tensor.type)), type_text(inputs[i].type));
    }
    const size_t bytes = element_count(shape_of(inputs[i])) * dtype_size(tensor.type);
    if (inputs[i].bytes != bytes) {
      refuse_input(tensor, "bytes:", std::to_string(bytes), std::to_string(inputs[i].bytes));
    }
  }
}

int32_t choose_profile(const EngineTensors& tensors, std::span<const NtrtInput> inputs) {
  size_t most = 0;
  for (size_t profile = 0; profile < tensors.profiles.size(); ++profile) {
    const size_t number = num_fitting(tensors, profile, inputs);
    if (number == inputs.size()) return static_cast<int32_t>(profile);
    most = std::max(most, number);
  }
  const EngineTensor& tensor = tensors.inputs[most];
  const Shape dims = shape_of(inputs[most]);
  const bool is_about_values = std::ranges::any_of(
      tensors.profiles, [&](const auto& ranges) { return ranges[most].holds(dims) && tensor.is_shape_tensor; });
  const std::string received = ntrt::to_string(is_about_values ? values_of(tensor, inputs[most]) : dims);
  const std::string expected = list_ranges(tensors, most);
  throw Error(Code::kShapeMismatch,
              "input '" + tensor.name + "': the plan was not built for " + (is_about_values ? "values " : "shape ") +
                  received + " (" + expected + ")",
              {{"input", tensor.name}, {"received", received}, {"expected", expected}});
}

}  // namespace ntrt::tensorrt
