#include "core/numeric/comparison.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/numeric/convert.h"
#include "core/numeric/float_bits.h"

namespace ntrt {
namespace {

/// Elements that are read as doubles at once: what they take stays in the fastest cache.
constexpr size_t kComparisonPiece = 512;
using Piece = std::array<double, kComparisonPiece>;

template <typename T>
void read_as(const void* data, size_t count, Piece& piece) noexcept {
  for (size_t i = 0; i < count; ++i) piece[i] = static_cast<double>(load_element<T>(data, i));
}

void read_piece(DType type, const void* data, size_t count, Piece& piece) noexcept {
  switch (type) {
    case DType::kInt8:
      return read_as<int8_t>(data, count, piece);
    case DType::kBool:
    case DType::kUint8:
      return read_as<uint8_t>(data, count, piece);
    case DType::kInt16:
      return read_as<int16_t>(data, count, piece);
    case DType::kUint16:
      return read_as<uint16_t>(data, count, piece);
    case DType::kInt32:
      return read_as<int32_t>(data, count, piece);
    case DType::kUint32:
      return read_as<uint32_t>(data, count, piece);
    case DType::kInt64:
      return read_as<int64_t>(data, count, piece);
    case DType::kUint64:
      return read_as<uint64_t>(data, count, piece);
    default:
      return convert_floats(type, data, DType::kFloat64, piece.data(), count);
  }
}

/// |a - b| of integers that doubles do not hold exactly. The difference of the bits is right for both signs.
template <typename T>
void exact_errors(const void* a, const void* b, size_t count, Piece& errors) noexcept {
  for (size_t i = 0; i < count; ++i) {
    const T left = load_element<T>(a, i);
    const T right = load_element<T>(b, i);
    const uint64_t larger = static_cast<uint64_t>(std::max(left, right));
    errors[i] = static_cast<double>(larger - static_cast<uint64_t>(std::min(left, right)));
  }
}

void add_mismatch(Comparison& all, double a, double b, size_t index) noexcept {
  if (a == b || (std::isnan(a) && std::isnan(b))) return;
  if (all.mismatches == 0) all.first_mismatch_index = all.count + static_cast<double>(index);
  all.mismatches += 1;
}

void add_comparison_piece(Comparison& all, const Piece& a, const Piece& b, const Piece& errors, size_t count) noexcept {
  double largest = all.largest_error;
  size_t largest_index = count;
  size_t finite = 0;
  double absolute_errors = 0;
  double error_squares = 0;
  double a_squares = 0;
  double b_squares = 0;
  double products = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      add_mismatch(all, a[i], b[i], i);
      continue;
    }
    ++finite;
    const double error = errors[i];
    if (error > largest) {
      largest = error;
      largest_index = i;
    }
    absolute_errors += error;
    error_squares += error * error;
    a_squares += a[i] * a[i];
    b_squares += b[i] * b[i];
    products += a[i] * b[i];
  }
  if (largest_index < count) all.largest_error_index = all.count + static_cast<double>(largest_index);
  all.largest_error = largest;
  all.count += static_cast<double>(count);
  all.finite += static_cast<double>(finite);
  all.absolute_errors += absolute_errors;
  all.error_squares += error_squares;
  all.a_squares += a_squares;
  all.b_squares += b_squares;
  all.products += products;
}

}  // namespace

bool is_number(DType type) noexcept { return type != DType::kString; }

void add_comparison(Comparison& comparison, DType a_type, const void* a, DType b_type, const void* b,
                    size_t count) noexcept {
  Piece left;
  Piece right;
  Piece errors;
  for (size_t i = 0; i < count; i += kComparisonPiece) {
    const size_t length = std::min(kComparisonPiece, count - i);
    const void* const a_piece = static_cast<const char*>(a) + i * dtype_size(a_type);
    const void* const b_piece = static_cast<const char*>(b) + i * dtype_size(b_type);
    read_piece(a_type, a_piece, length, left);
    read_piece(b_type, b_piece, length, right);
    if (a_type == DType::kInt64 && b_type == DType::kInt64) {
      exact_errors<int64_t>(a_piece, b_piece, length, errors);
    } else if (a_type == DType::kUint64 && b_type == DType::kUint64) {
      exact_errors<uint64_t>(a_piece, b_piece, length, errors);
    } else {
      for (size_t j = 0; j < length; ++j) errors[j] = std::abs(left[j] - right[j]);
    }
    add_comparison_piece(comparison, left, right, errors, length);
  }
}

}  // namespace ntrt
