#include "runtime/batch/padding.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace ntrt {
namespace {

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

/// The bits of a 16-bit floating-point number whose exponents begin at `min_exponent`, rounded to even.
uint16_t to_small_float(double value, int min_exponent, int mantissa_bits) noexcept {
  const uint32_t sign = std::signbit(value) ? 0x8000 : 0;
  const double size = std::abs(value);
  const uint32_t infinity = static_cast<uint32_t>(1 - 2 * min_exponent + 2) << static_cast<unsigned>(mantissa_bits);
  if (std::isnan(value)) return static_cast<uint16_t>(infinity | (infinity >> 1U));
  if (size >= std::ldexp(1.0, 2 - min_exponent)) return static_cast<uint16_t>(sign | infinity);
  // In units of the last place; the first bit of a normal number counts as one more exponent.
  const int exponent = size < std::ldexp(1.0, min_exponent) ? min_exponent : std::ilogb(size);
  const auto units = static_cast<uint32_t>(std::nearbyint(std::ldexp(size, mantissa_bits - exponent)));
  const auto exponents = static_cast<uint32_t>(exponent - min_exponent) << static_cast<unsigned>(mantissa_bits);
  return static_cast<uint16_t>(sign | (exponents + units));
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
      return element_of(to_small_float(number, -14, 10));
    case DType::kBFloat16:
      return element_of(to_small_float(number, -126, 7));
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

size_t Padding::bucket_of(size_t length) const noexcept {
  if (!lengths.has(length)) return 0;
  const auto found = std::lower_bound(buckets.begin(), buckets.end(), length);
  return found == buckets.end() ? 0 : *found;
}

Shape padded_dims(const Padding& padding, size_t input, Shape dims, size_t length) {
  const int axis = padding.input_axes[input];
  if (axis != kNoAxis) dims[static_cast<size_t>(axis)] = static_cast<int64_t>(length);
  return dims;
}

}  // namespace ntrt
