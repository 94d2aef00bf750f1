#pragma once
// How long an output is for a length of the inputs, found out from what was measured.
//
// Convolutions, poolings and resizings, one behind the other, make lengths that follow a straight line, rounded down,
// in steps of a unit. Of such lines, those of a simple slope are looked at: more than one often has all of the
// measured lengths, and then the next length to be measured is one for which they differ.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ntrt {

/// unit · floor((numerator · length + offset) / denominator).
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

/// Those of one slope that have all of the points: with an offset from `low` to `high`, which are fewer than
/// `denominator` apart.
struct LengthFits {
  int64_t numerator = 1;
  int64_t denominator = 1;
  int64_t low = 0;
  int64_t high = 0;
  int64_t unit = 1;

  LengthFit first() const noexcept { return {numerator, denominator, low, unit}; }
};

/// Every `step`-th length from `shortest` to `longest`.
struct LengthRange {
  size_t shortest = 1;
  size_t longest = 0;
  size_t step = 1;

  bool has(size_t length) const noexcept {
    return length >= shortest && length <= longest && (longest - length) % step == 0;
  }
};

/// All that have all of the points, of which two have different lengths; the simplest first. The numerator or the
/// denominator is at most 16, the denominator at most 4096.
std::vector<LengthFits> fit_lengths(const std::vector<LengthPoint>& points);

/// The length for which the fits differ most; 0 if they are the same for all.
size_t telling_length(const std::vector<LengthFits>& fits, const LengthRange& lengths);

}  // namespace ntrt
