#pragma once
// How requests of different lengths meet: their inputs are made as long as the next bucket, and their results are cut
// back to what they would have been.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/tensor.h"
#include "runtime/row_copy.h"

namespace ntrt {

/// unit · floor((numerator · length + offset) / denominator): how long an output is along the axis that follows the
/// inputs.
struct LengthFit {
  int64_t numerator = 1;
  int64_t denominator = 1;
  int64_t offset = 0;
  int64_t unit = 1;

  size_t at(size_t length) const noexcept;
  bool operator==(const LengthFit&) const = default;
};

/// What was measured: a length of the inputs, and one of an output.
using LengthPoint = std::pair<int64_t, int64_t>;

/// All fits of one slope that have all of the points: those with an offset from `low` to `high`.
struct LengthFits {
  int64_t numerator = 1;
  int64_t denominator = 1;
  int64_t low = 0;
  int64_t high = 0;
  int64_t unit = 1;

  LengthFit first() const noexcept { return {numerator, denominator, low, unit}; }
  LengthFit last() const noexcept { return {numerator, denominator, high, unit}; }
};

/// The fits of the simplest slope that two of the points have and that has all of them, in units of 1 or, if there is
/// none, of what divides all lengths of the output; nothing if there is none either.
std::optional<LengthFits> fit_lengths(const std::vector<LengthPoint>& points);

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
  std::vector<int> input_axes;         ///< per input, the axis that is padded, or kNoAxis
  std::vector<Element> values;         ///< per input
  std::vector<OutputPadding> outputs;  ///< per output

  /// The smallest that a length fits in; 0 if there is none.
  size_t bucket_of(size_t length) const noexcept;
};

/// `dims` with the padded axis of that input as long as `length`.
Shape padded_dims(const Padding& padding, size_t input, Shape dims, size_t length);

}  // namespace ntrt
