#include "runtime/padding.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

namespace ntrt {
namespace {

int64_t floor_div(int64_t a, int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

/// The offsets with which all points lie on a line of that slope.
std::optional<LengthFits> fit_slope(int64_t numerator, int64_t denominator, const std::vector<LengthPoint>& points) {
  LengthFits fits{numerator, denominator, INT64_MIN, INT64_MAX};
  for (const auto& [length, out] : points) {
    const int64_t lowest = denominator * out - numerator * length;
    fits.low = std::max(fits.low, lowest);
    fits.high = std::min(fits.high, lowest + denominator - 1);
  }
  return fits.low <= fits.high ? std::optional(fits) : std::nullopt;
}

/// Of the simplest slope that two of the points have.
std::optional<LengthFits> fit_slopes(const std::vector<LengthPoint>& points) {
  std::optional<LengthFits> best;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t j = i + 1; j < points.size(); ++j) {
      int64_t length = points[j].first - points[i].first;
      int64_t out = points[j].second - points[i].second;
      if (length < 0) {
        length = -length;
        out = -out;
      }
      if (length == 0 || out <= 0) continue;
      const int64_t common = std::gcd(length, out);
      if (best && best->denominator <= length / common) continue;
      if (auto fits = fit_slope(out / common, length / common, points)) best = fits;
    }
  }
  return best;
}

template <typename T>
Element element_of(T value) noexcept {
  Element element{};
  std::memcpy(element.data(), &value, sizeof(value));
  return element;
}

template <typename T>
std::optional<Element> integer_element(PadValue value) noexcept {
  if (const auto* number = std::get_if<double>(&value)) {
    // 2^53: beyond, a double is not the number that was written.
    if (std::trunc(*number) != *number || std::abs(*number) > 9007199254740992.0) return std::nullopt;
    value = static_cast<int64_t>(*number);
  }
  const int64_t integer = std::get<int64_t>(value);
  return std::in_range<T>(integer) ? std::optional(element_of(static_cast<T>(integer))) : std::nullopt;
}

/// The upper half of the bits of a float32, rounded to even.
uint16_t to_bfloat16(float value) noexcept {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return 0x7FC0;
  return static_cast<uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

uint16_t to_float16(double value) noexcept {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::abs(value);
  if (std::isnan(value)) return 0x7E00;
  if (size >= 65520) return sign | 0x7C00U;  // rounds to infinity
  // Units of the last place: 2^-24 below 2^-14, then one more bit for each power of two.
  const int exponent = size < std::ldexp(1.0, -14) ? -14 : std::ilogb(size);
  const auto units = static_cast<uint32_t>(std::nearbyint(std::ldexp(size, 10 - exponent)));
  const uint32_t bits = (static_cast<uint32_t>(exponent + 14) << 10U) + units;
  return static_cast<uint16_t>(sign | bits);
}

}  // namespace

std::optional<Element> to_element(DType type, PadValue value) noexcept {
  const double number = std::visit([](auto v) { return static_cast<double>(v); }, value);
  switch (type) {
    case DType::kFloat32:
      return element_of(static_cast<float>(number));
    case DType::kFloat64:
      return element_of(number);
    case DType::kFloat16:
      return element_of(to_float16(number));
    case DType::kBFloat16:
      return element_of(to_bfloat16(static_cast<float>(number)));
    case DType::kInt8:
      return integer_element<int8_t>(value);
    case DType::kUint8:
      return integer_element<uint8_t>(value);
    case DType::kInt16:
      return integer_element<int16_t>(value);
    case DType::kUint16:
      return integer_element<uint16_t>(value);
    case DType::kInt32:
      return integer_element<int32_t>(value);
    case DType::kUint32:
      return integer_element<uint32_t>(value);
    case DType::kInt64:
      return integer_element<int64_t>(value);
    case DType::kUint64:
      return integer_element<uint64_t>(value);
    case DType::kBool:
      return number == 0 || number == 1 ? integer_element<uint8_t>(value) : std::nullopt;
    case DType::kString:
      break;
  }
  return std::nullopt;
}

size_t LengthFit::at(size_t length) const noexcept {
  const int64_t units = floor_div(numerator * static_cast<int64_t>(length) + offset, denominator);
  return static_cast<size_t>(std::max<int64_t>(0, unit * units));
}

std::optional<LengthFits> fit_lengths(const std::vector<LengthPoint>& points) {
  if (auto fits = fit_slopes(points)) return fits;
  int64_t unit = 0;
  for (const auto& [length, out] : points) unit = std::gcd(unit, out);
  if (unit <= 1) return std::nullopt;
  std::vector<LengthPoint> in_units = points;
  for (auto& [length, out] : in_units) out /= unit;
  auto fits = fit_slopes(in_units);
  if (fits) fits->unit = unit;
  return fits;
}

size_t Padding::bucket_of(size_t length) const noexcept {
  const auto found = std::lower_bound(buckets.begin(), buckets.end(), length);
  return found == buckets.end() ? 0 : *found;
}

Shape padded_dims(const Padding& padding, size_t input, Shape dims, size_t length) {
  const int axis = padding.input_axes[input];
  if (axis != kNoAxis) dims[static_cast<size_t>(axis)] = static_cast<int64_t>(length);
  return dims;
}

}  // namespace ntrt
