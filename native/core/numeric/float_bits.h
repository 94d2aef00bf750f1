#pragma once
// Conversions between floating-point formats, one value at a time, on their bits: what every faster path must agree
// with.
//
// Rounding is to nearest, ties to even. What is too large becomes infinite, what is small becomes subnormal or zero of
// the same sign. A NaN stays one: it becomes quiet, and keeps its sign and the top bits of its payload. These are the
// rules of IEEE 754 and of the instructions of x86-64 and arm64.

#include <bit>
#include <cstdint>
#include <cstring>

namespace ntrt {

/// A binary format of IEEE 754: sign, exponent, mantissa, from the top.
template <typename Word, int kExponentBits, int kMantissa>
struct FloatFormat {
  using Bits = Word;
  static constexpr int kBits = 1 + kExponentBits + kMantissa;
  static constexpr int kMantissaBits = kMantissa;
  static constexpr int kBias = (1 << (kExponentBits - 1)) - 1;
  static constexpr int kMaxExponent = (1 << kExponentBits) - 1;  ///< of infinities and NaNs
  static constexpr Bits kMantissaMask = static_cast<Bits>((Bits{1} << kMantissa) - 1);
  static constexpr Bits kInfinity = static_cast<Bits>(static_cast<Bits>(kMaxExponent) << kMantissa);
  static constexpr Bits kMagnitude = kInfinity | kMantissaMask;
  static constexpr Bits kQuiet = static_cast<Bits>(Bits{1} << (kMantissa - 1));
};

using Float16 = FloatFormat<uint16_t, 5, 10>;
using BFloat16 = FloatFormat<uint16_t, 8, 7>;
using Float32 = FloatFormat<uint32_t, 8, 23>;
using Float64 = FloatFormat<uint64_t, 11, 52>;

/// To a format with a smaller mantissa and no larger exponent. One rounding, whatever the formats.
template <typename From, typename To>
constexpr typename To::Bits narrow(typename From::Bits bits) noexcept {
  using Bits = typename From::Bits;
  using Result = typename To::Bits;
  constexpr int kDropped = From::kMantissaBits - To::kMantissaBits;
  constexpr int kRebias = From::kBias - To::kBias;
  const auto sign = static_cast<Result>((bits >> (From::kBits - 1)) << (To::kBits - 1));
  const Bits magnitude = bits & From::kMagnitude;
  if (magnitude > From::kInfinity) {
    const auto payload = static_cast<Result>((magnitude & From::kMantissaMask) >> kDropped);
    return sign | To::kInfinity | To::kQuiet | payload;
  }
  const int from_exponent = static_cast<int>(magnitude >> From::kMantissaBits);
  if (from_exponent - kRebias >= To::kMaxExponent) return sign | To::kInfinity;

  Bits significand = magnitude - (static_cast<Bits>(kRebias) << From::kMantissaBits);
  int shift = kDropped;
  if (from_exponent <= kRebias) {  // subnormal or zero in the new format
    const int exponent = from_exponent == 0 ? 1 : from_exponent;
    significand = magnitude & From::kMantissaMask;
    if (from_exponent != 0) significand |= Bits{1} << From::kMantissaBits;
    shift = kDropped + kRebias + 1 - exponent;
    if (shift > From::kMantissaBits + 1) return sign;
  }
  // Exponent and mantissa as one number: a carry out of the mantissa is the next exponent, and out of the last is
  // infinity.
  const Bits odd = (significand >> shift) & 1;
  return sign | static_cast<Result>((significand + (Bits{1} << (shift - 1)) - 1 + odd) >> shift);
}

/// To a format with a larger mantissa and no smaller exponent, which holds each value exactly.
template <typename From, typename To>
constexpr typename To::Bits widen(typename From::Bits bits) noexcept {
  using Bits = typename To::Bits;
  constexpr int kAdded = To::kMantissaBits - From::kMantissaBits;
  constexpr int kRebias = To::kBias - From::kBias;
  const Bits sign = (Bits{bits} >> (From::kBits - 1)) << (To::kBits - 1);
  const Bits magnitude = bits & From::kMagnitude;
  if (magnitude >= From::kInfinity) {
    const Bits payload = (magnitude & From::kMantissaMask) << kAdded;
    return sign | To::kInfinity | payload | (payload != 0 ? To::kQuiet : 0);
  }
  if constexpr (kRebias != 0) {
    if (magnitude == 0) return sign;
    if (magnitude <= From::kMantissaMask) {
      // A subnormal: its top bit becomes the one that a normal number does not write.
      const int shift = From::kMantissaBits + 1 - static_cast<int>(std::bit_width(magnitude));
      const Bits mantissa = ((magnitude << shift) & From::kMantissaMask) << kAdded;
      return sign | (static_cast<Bits>(kRebias + 1 - shift) << To::kMantissaBits) | mantissa;
    }
  }
  return sign | ((magnitude << kAdded) + (Bits{kRebias} << To::kMantissaBits));
}

/// Element `index` of memory that need not be aligned.
template <typename T>
T load_element(const void* data, size_t index) noexcept {
  T value;
  std::memcpy(&value, static_cast<const char*>(data) + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void store_element(void* data, size_t index, T value) noexcept {
  std::memcpy(static_cast<char*>(data) + index * sizeof(T), &value, sizeof(T));
}

}  // namespace ntrt
