// Whether the options of padding fit a model.

#include <algorithm>
#include <sstream>

#include "runtime/proof/pad_proof.h"

namespace ntrt {
namespace {

[[noreturn]] void refuse(Code code, const std::string& option, const std::string& problem) {
  throw Error(code, option + ": " + problem, {{"option", option}});
}

const TensorSpec* find(const std::vector<TensorSpec>& specs, const std::string& name) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) { return spec.name == name; });
  return found == specs.end() ? nullptr : &*found;
}

void check_axis(const TensorSpec& spec, int64_t axis, const std::string& option) {
  const auto rank = static_cast<int64_t>(spec.dims.size());
  if (spec.any_rank || (axis > 0 && axis < rank)) return;
  const std::string received = ", received " + std::to_string(axis);
  if (rank < 2) refuse(Code::kOutOfRange, option, "'" + spec.name + "' has no dimension behind the first" + received);
  refuse(Code::kOutOfRange, option,
         "expected 1 to " + std::to_string(rank - 1) + " for '" + spec.name + "'" + received);
}

void check_value(const TensorSpec& spec, PadValue value, const std::string& option) {
  if (to_element(spec.type, value)) return;
  std::ostringstream text;
  std::visit([&](auto number) { text << number; }, value);
  refuse(Code::kOutOfRange, option,
         "expected a value of " + std::string(dtype_name(spec.type)) + ", the type of '" + spec.name + "', received " +
             text.str());
}

void check_input(const PadInput& input, const Signature& signature, const SequenceOptions& sequences) {
  const std::string option = "options.batching.pad." + input.name;
  const TensorSpec* const spec = find(signature.inputs, input.name);
  if (spec == nullptr) refuse(Code::kInvalidArgument, option, "the model has no such input");
  if (sequences.of_input(static_cast<size_t>(spec - signature.inputs.data())) != nullptr) {
    refuse(Code::kInvalidArgument, option, "a state of sequences cannot be padded");
  }
  if (spec->type == DType::kString) refuse(Code::kInvalidArgument, option, "strings cannot be padded");
  check_value(*spec, input.value, option + ".value");
  check_axis(*spec, input.axis, option + ".axis");
  if (!spec->any_rank) {
    if (const auto* size = std::get_if<int64_t>(&spec->dims[static_cast<size_t>(input.axis)])) {
      refuse(Code::kInvalidArgument, option + ".axis",
             "dimension " + std::to_string(input.axis) + " is fixed to " + std::to_string(*size) +
                 " in the model: there is nothing to pad");
    }
  }
  for (const auto& [name, axis] : input.output_axes) {
    std::string where = option + ".outputs.";
    where += name;
    const TensorSpec* const output = find(signature.outputs, name);
    if (output == nullptr) refuse(Code::kInvalidArgument, where, "the model has no such output");
    check_axis(*output, axis, where + ".axis");
  }
}

}  // namespace

void check_padding(const PadOptions& pad, const Signature& signature, const SequenceOptions& sequences) {
  for (const PadInput& input : pad.inputs) check_input(input, signature, sequences);
}

}  // namespace ntrt
