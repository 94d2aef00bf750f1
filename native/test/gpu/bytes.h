#pragma once
// Bytes that are told apart, and numbers that are compared.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace ntrt::gpu {

inline constexpr size_t kMiB = size_t{1} << 20;

/// Different at each place and for each seed, so that bytes of another place or of another time are noticed.
inline unsigned char pattern_byte(size_t place, uint32_t seed) {
  const uint64_t mixed = (place + 1) * 0x9E3779B97F4A7C15u + seed * 0xD1B54A32D192ED03u;
  return static_cast<unsigned char>(mixed >> 56);
}

inline void fill_pattern(std::span<unsigned char> bytes, uint32_t seed) {
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = pattern_byte(i, seed);
}

/// "" if `bytes` are what `expected(place)` says; else where they first differ.
template <typename Expected>
std::string find_difference(std::span<const unsigned char> bytes, Expected expected) {
  for (size_t i = 0; i < bytes.size(); ++i) {
    const unsigned char wanted = expected(i);
    if (bytes[i] == wanted) continue;
    return "byte " + std::to_string(i) + " of " + std::to_string(bytes.size()) + " is " + std::to_string(bytes[i]) +
           " instead of " + std::to_string(wanted);
  }
  return "";
}

/// How far numbers are from those that are expected, as a part of the largest of these; infinite if one is no number.
inline double relative_difference(std::span<const float> actual, std::span<const float> expected) {
  if (actual.size() != expected.size() || expected.empty()) return INFINITY;
  double largest = 0;
  double difference = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!std::isfinite(actual[i])) return INFINITY;
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    difference = std::max(difference, std::abs(static_cast<double>(actual[i]) - expected[i]));
  }
  return largest == 0 && difference == 0 ? 0 : difference / largest;
}

}  // namespace ntrt::gpu
