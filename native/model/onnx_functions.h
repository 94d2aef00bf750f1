#pragma once
// Local functions of a model, as far as their size goes. ONNX Runtime replaces every call by the function's body before
// it does anything else, so that a few functions which call each other many times take all memory and time there is.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ntrt {

/// Functions that call functions, from the graph on. ONNX Runtime 1.30 recurses on this and overflows its stack at some
/// thousands.
inline constexpr size_t kMaxCallDepth = 100;

/// Nodes of the model with every call counted as the nodes of its body; 2^64 - 1 stands for that and more. `model` has
/// been scanned. Throws Error{kModelInvalid} with reason 'recursive-function' or 'nested-too-deep'.
uint64_t count_expanded_nodes(std::span<const std::byte> model);

}  // namespace ntrt
