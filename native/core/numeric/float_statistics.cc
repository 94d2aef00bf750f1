#include "core/numeric/float_statistics.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/numeric/convert.h"

namespace ntrt {
namespace {

/// Elements that are converted to the target and back at once: what they take stays in the fastest cache.
constexpr size_t kStatisticsPiece = 512;

/// The smallest magnitude that the type writes with all its digits.
double smallest_normal(DType type) noexcept {
  if (type == DType::kFloat16) return 0x1p-14;
  if (type == DType::kFloat64) return std::numeric_limits<double>::min();
  return 0x1p-126;
}

/// `converted` are the values after conversion to the target, in a type that holds them exactly.
template <typename T>
void add_statistics_piece(FloatStatistics& all, const T* values, const T* converted, size_t count, T normal) noexcept {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  size_t finite = 0;
  size_t overflows = 0;
  size_t vanishing = 0;
  size_t subnormal = 0;
  T min = kInfinity;
  T max = -kInfinity;
  T smallest = kInfinity;
  double squares = 0;
  double error_squares = 0;
  for (size_t i = 0; i < count; ++i) {
    const T value = values[i];
    const T magnitude = std::abs(value);
    if (!(magnitude < kInfinity)) continue;
    const T after = std::abs(converted[i]);
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
      continue;
    }
    const auto error = static_cast<double>(magnitude - after);  // of a rounding: exact in T
    error_squares += error * error;
  }
  all.count += static_cast<double>(count);
  all.finite += static_cast<double>(finite);
  all.overflows += static_cast<double>(overflows);
  all.vanishing += static_cast<double>(vanishing);
  all.subnormal += static_cast<double>(subnormal);
  all.min = std::min(all.min, static_cast<double>(min));
  all.max = std::max(all.max, static_cast<double>(max));
  all.smallest_magnitude = std::min(all.smallest_magnitude, static_cast<double>(smallest));
  all.largest_magnitude = std::max({0.0, -all.min, all.max});
  all.squares += squares;
  all.error_squares += error_squares;
}

/// T holds the values and the target's values exactly; `held` is its DType.
template <typename T>
void add_all(FloatStatistics& all, DType type, const void* data, size_t count, DType target, DType held) noexcept {
  std::array<T, kStatisticsPiece> values;
  std::array<double, kStatisticsPiece> in_target;  // room for any type
  std::array<T, kStatisticsPiece> converted;
  for (size_t i = 0; i < count; i += kStatisticsPiece) {
    const size_t length = std::min(kStatisticsPiece, count - i);
    const void* const piece = static_cast<const char*>(data) + i * dtype_size(type);
    convert_floats(type, piece, held, values.data(), length);
    convert_floats(type, piece, target, in_target.data(), length);
    convert_floats(target, in_target.data(), held, converted.data(), length);
    add_statistics_piece(all, values.data(), converted.data(), length, static_cast<T>(smallest_normal(target)));
  }
}

}  // namespace

void add_statistics(FloatStatistics& statistics, DType type, const void* data, size_t count, DType target) noexcept {
  if (type == DType::kFloat64 || target == DType::kFloat64) {
    add_all<double>(statistics, type, data, count, target, DType::kFloat64);
  } else {
    add_all<float>(statistics, type, data, count, target, DType::kFloat32);
  }
}

}  // namespace ntrt
