#pragma once
// How requests of different lengths meet: their inputs are made as long as the next bucket, and their results are cut
// back to what they would have been.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/tensor.h"
#include "runtime/batch/length_fit.h"
#include "runtime/batch/row_copy.h"

namespace ntrt {

/// A value as JavaScript gives it: a number, or a bigint.
using PadValue = std::variant<double, int64_t>;
/// One element of a tensor, in its first bytes.
using Element = std::array<std::byte, sizeof(uint64_t)>;

/// The value as an element of that type; nothing if the type cannot have it. Floating-point numbers are rounded.
std::optional<Element> to_element(DType type, PadValue value) noexcept;

struct OutputPadding {
  int axis = kNoAxis;  ///< that follows the length of the inputs; kNoAxis: none does
  LengthFit fit;
};

struct Padding {
  bool enabled = false;
  std::string reason;                  ///< why it is enabled, or why not; empty if nobody asked for it
  std::vector<size_t> buckets;         ///< ascending
  LengthRange lengths;                 ///< that are padded; others run as they are
  std::vector<int> input_axes;         ///< per input, the axis that is padded, or kNoAxis
  std::vector<Element> values;         ///< per input
  std::vector<OutputPadding> outputs;  ///< per output

  /// The smallest that a length fits in; 0 if it is not padded.
  size_t bucket_of(size_t length) const noexcept;
};

/// `dims` with the padded axis of that input as long as `length`.
Shape padded_dims(const Padding& padding, size_t input, Shape dims, size_t length);

}  // namespace ntrt
