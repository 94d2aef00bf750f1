#pragma once
// Which outputs of a model come back as which of its inputs, and what a sequence begins with.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "core/tensor.h"
#include "runtime/clock.h"
#include "runtime/proof/sample_rows.h"

namespace ntrt {

/// As the user names it.
struct SequenceRequest {
  std::vector<std::pair<std::string, std::string>> states;  ///< input, and the output that becomes it
  Sample initial;                                           ///< of some of the inputs
  Clock::duration idle_timeout = std::chrono::minutes(1);
  size_t max_sequences = 1024;
};

/// An input that is an output of the step before.
struct StateSpec {
  size_t input = 0;
  size_t output = 0;
  DType type = DType::kFloat32;
  Shape dims;                      ///< of one row
  int row_axis = -1;               ///< along which the states of several rows lie; -1: there is none
  size_t bytes = 0;                ///< of one row
  std::vector<std::byte> initial;  ///< empty: zeros
};

struct SequenceOptions {
  std::vector<StateSpec> states;  ///< none: the engine has no sequences
  Clock::duration idle_timeout = std::chrono::minutes(1);
  size_t max_sequences = 1024;

  const StateSpec* of_input(size_t input) const noexcept {
    for (const StateSpec& state : states) {
      if (state.input == input) return &state;
    }
    return nullptr;
  }
  const StateSpec* of_output(size_t output) const noexcept {
    for (const StateSpec& state : states) {
      if (state.output == output) return &state;
    }
    return nullptr;
  }
};

/// Finds the states in the model. Throws Error{kInvalidArgument, kShapeMismatch, kUnsupported} that names the option.
SequenceOptions resolve_sequences(const SequenceRequest& request, const Signature& signature);

}  // namespace ntrt
