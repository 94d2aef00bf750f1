#pragma once
// Sums over a piece of values that was converted already: what float_statistics.cc adds up.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace ntrt {

/// As FloatStatistics has them, in the type of the values.
template <typename T>
struct StatisticsPiece {
  size_t finite = 0;
  size_t overflows = 0;
  size_t vanishing = 0;
  size_t subnormal = 0;
  T min = std::numeric_limits<T>::infinity();
  T max = -std::numeric_limits<T>::infinity();
  T smallest = std::numeric_limits<T>::infinity();
  double squares = 0;
  double error_squares = 0;

  /// `converted` is the value after conversion to the target, in a type that holds it exactly; `normal` the smallest
  /// magnitude that the target writes with all its digits.
  void add(T value, T converted, T normal) noexcept {
    constexpr T kInfinity = std::numeric_limits<T>::infinity();
    const T magnitude = std::abs(value);
    if (!(magnitude < kInfinity)) return;
    const T after = std::abs(converted);
    ++finite;
    min = std::min(min, value);
    max = std::max(max, value);
    if (magnitude != 0) smallest = std::min(smallest, magnitude);
    if (after < normal) {
      vanishing += after == 0 && magnitude != 0 ? 1 : 0;
      subnormal += after != 0 ? 1 : 0;
    }
    squares += static_cast<double>(magnitude) * static_cast<double>(magnitude);
    if (after == kInfinity) {
      ++overflows;
      return;
    }
    const auto error = static_cast<double>(magnitude - after);  // of a rounding: exact in T
    error_squares += error * error;
  }
};

/// Adds as many of the first values as it can, by the instructions of x86-64 (AVX2), and returns how many; 0 elsewhere.
size_t add_vectors(StatisticsPiece<float>& piece, const float* values, const float* converted, size_t count,
                   float normal) noexcept;

}  // namespace ntrt
