#include "runtime/sequence/sequence_options.h"

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace ntrt {
namespace {

std::string option_of(const char* what, const std::string& input) {
  return std::string("options.sequence.") + what + "." + input;
}

Error fault(const std::string& option, std::string what, Code code = Code::kInvalidArgument) {
  return {code, option + ": " + std::move(what), {{"option", option}}};
}

size_t find_tensor(const std::vector<TensorSpec>& specs, const std::string& name, const std::string& option,
                   const char* kind) {
  const auto found =
      std::find_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) { return spec.name == name; });
  if (found != specs.end()) return static_cast<size_t>(found - specs.begin());
  throw fault(option, std::string("the model has no ") + kind + " '" + name + "'");
}

bool is_free(const Dim& dim) { return std::holds_alternative<std::string>(dim); }

/// What `initial` says of the input, or null.
const TensorView* initial_of(const SequenceRequest& request, const std::string& input) {
  const auto found = std::find(request.initial.names.begin(), request.initial.names.end(), input);
  if (found == request.initial.names.end()) return nullptr;
  return &request.initial.tensors.views[static_cast<size_t>(found - request.initial.names.begin())];
}

void check_initial(const TensorView& value, const TensorSpec& spec) {
  const std::string option = option_of("initial", spec.name);
  if (value.type != spec.type) {
    throw fault(option,
                "expected " + std::string(dtype_name(spec.type)) + ", received " + std::string(dtype_name(value.type)));
  }
  bool fits = spec.any_rank || value.dims.size() == spec.dims.size();
  for (size_t d = 0; fits && d < spec.dims.size(); ++d) {
    fits = is_free(spec.dims[d]) || std::get<int64_t>(spec.dims[d]) == value.dims[d];
  }
  if (fits) return;
  throw fault(option, to_string(value.dims) + " does not fit the model", Code::kShapeMismatch);
}

/// Sizes that the model leaves open are those of `initial`, or 1. Rows lie along the first of them that is 1.
void find_shape(StateSpec& state, const TensorSpec& spec, const TensorView* initial) {
  for (size_t d = 0; d < spec.dims.size(); ++d) {
    const bool free = is_free(spec.dims[d]);
    const int64_t size = !free ? std::get<int64_t>(spec.dims[d]) : initial != nullptr ? initial->dims[d] : 1;
    if (free && size == 1 && state.row_axis < 0) state.row_axis = static_cast<int>(d);
    state.dims.push_back(size);
  }
  if (spec.any_rank) state.dims = initial->dims;
  state.bytes = element_count(state.dims) * dtype_size(state.type);
}

StateSpec find_state(const SequenceRequest& request, const Signature& signature, const std::string& input,
                     const std::string& output) {
  const std::string option = option_of("states", input);
  StateSpec state;
  state.input = find_tensor(signature.inputs, input, option, "input");
  state.output = find_tensor(signature.outputs, output, option, "output");
  const TensorSpec& spec = signature.inputs[state.input];
  const DType from = signature.outputs[state.output].type;
  state.type = spec.type;
  if (from != spec.type) {
    throw fault(option, "output '" + output + "' is " + std::string(dtype_name(from)) + ", input '" + input + "' is " +
                            std::string(dtype_name(spec.type)));
  }
  if (spec.type == DType::kString) {
    throw fault(option, "a state of strings is not supported", Code::kUnsupported);
  }
  const TensorView* initial = initial_of(request, input);
  if (spec.any_rank && initial == nullptr) {
    throw fault(option, "the model does not say how many dimensions input '" + input +
                            "' has; give its first value in options.sequence.initial");
  }
  if (initial != nullptr) check_initial(*initial, spec);
  find_shape(state, spec, initial);
  if (initial != nullptr) {
    state.initial.resize(state.bytes);
    if (state.bytes > 0) std::memcpy(state.initial.data(), initial->data, state.bytes);
  }
  return state;
}

}  // namespace

SequenceOptions resolve_sequences(const SequenceRequest& request, const Signature& signature) {
  SequenceOptions options;
  options.idle_timeout = request.idle_timeout;
  options.max_sequences = request.max_sequences;
  for (const auto& [input, output] : request.states) {
    StateSpec state = find_state(request, signature, input, output);
    if (options.of_output(state.output) != nullptr) {
      const std::string option = option_of("states", input);
      throw fault(option, "output '" + output + "' is the state of another input already");
    }
    options.states.push_back(std::move(state));
  }
  for (const std::string& name : request.initial.names) {
    const auto is_it = [&](const auto& state) { return state.first == name; };
    if (std::any_of(request.states.begin(), request.states.end(), is_it)) continue;
    const std::string option = option_of("initial", name);
    throw fault(option, "'" + name + "' is none of options.sequence.states");
  }
  return options;
}

}  // namespace ntrt
