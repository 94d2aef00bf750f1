#pragma once
// What is known of the results of a node from what is known of its inputs, for the operators that make up most models.
// Anything else, and anything that does not add up, is unknown: never a guess.

#include <span>

#include "model/onnx_outline.h"
#include "model/shapes/facts.h"

namespace ntrt {

/// `inputs` has one entry per input, null for one that is left out.
NodeFacts infer_node(const OutlineNode& outline, std::span<const ValueFacts* const> inputs);

}  // namespace ntrt
