#include "core/numeric/float_statistics.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/numeric/convert.h"
#include "core/numeric/statistics_piece.h"

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

template <typename T>
void add_statistics_piece(FloatStatistics& all, const T* values, const T* converted, size_t count, T normal) noexcept {
  StatisticsPiece<T> piece;
  size_t done = 0;
  if constexpr (std::is_same_v<T, float>) done = add_vectors(piece, values, converted, count, normal);
  for (; done < count; ++done) piece.add(values[done], converted[done], normal);
  all.count += static_cast<double>(count);
  all.finite += static_cast<double>(piece.finite);
  all.overflows += static_cast<double>(piece.overflows);
  all.vanishing += static_cast<double>(piece.vanishing);
  all.subnormal += static_cast<double>(piece.subnormal);
  all.min = std::min(all.min, static_cast<double>(piece.min));
  all.max = std::max(all.max, static_cast<double>(piece.max));
  all.smallest_magnitude = std::min(all.smallest_magnitude, static_cast<double>(piece.smallest));
  all.largest_magnitude = std::max({0.0, -all.min, all.max});
  all.squares += piece.squares;
  all.error_squares += piece.error_squares;
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
