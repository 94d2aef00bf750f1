#pragma once
// Whether inputs fit an engine, and which of its profiles.

#include <span>
#include <vector>

#include "backends/tensorrt/module/runtime_api.h"
#include "backends/tensorrt/runtime/engine_tensors.h"

namespace ntrt::tensorrt {

/// Throws Error{kInvalidArgument} with details input, expected and received for another type, a number of bytes that is
/// not the shape's, or another number of inputs.
void check_inputs(const EngineTensors& tensors, std::span<const NtrtInput> inputs);

/// The first that holds the shapes of all inputs and the values of shape tensors. Throws Error{kShapeMismatch} with
/// details input, received and expected: for the first input that no profile holds or else that the best one does not.
int32_t choose_profile(const EngineTensors& tensors, std::span<const NtrtInput> inputs);

/// Of an input that was checked.
inline Shape shape_of(const NtrtInput& input) { return {input.dims, input.dims + input.rank}; }

}  // namespace ntrt::tensorrt
