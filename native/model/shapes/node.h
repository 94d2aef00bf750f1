#pragma once
// What a rule reads and fills. Part of the rules; not for other folders.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/onnx_outline.h"
#include "model/shapes/dims.h"
#include "model/shapes/facts.h"

namespace ntrt::shapes {

/// A node with what is known of its inputs and, as far as its rule has come, of its results. Lives as long as one call
/// of infer_node; what it refers to is the caller's.
struct Node {
  const OutlineNode& outline;
  std::span<const ValueFacts* const> inputs;  // null for one that is left out
  NodeFacts result;

  /// Its first result; a node that comes to a rule has one.
  ValueFacts& out() { return result.outputs[0]; }

  /// Of input `i`; nullptr, or type 0, where nothing is known.
  const ValueFacts* input(size_t i) const { return i < inputs.size() ? inputs[i] : nullptr; }
  const Dims* dims(size_t i) const {
    const ValueFacts* in = input(i);
    return in != nullptr && in->dims ? &*in->dims : nullptr;
  }
  const Dims* ints(size_t i) const {
    const ValueFacts* in = input(i);
    return in != nullptr && in->ints ? &*in->ints : nullptr;
  }
  int32_t type(size_t i) const { return input(i) != nullptr ? input(i)->data_type : 0; }

  /// The integers of an attribute, or, in newer operator sets, of an input.
  std::optional<Dims> attribute_or_input(std::string_view name, size_t i) const {
    if (auto given = outline.ints_attribute(name)) return given;
    if (const Dims* given = ints(i)) return *given;
    return std::nullopt;
  }
};

}  // namespace ntrt::shapes
