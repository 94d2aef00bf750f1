#pragma once
// The arithmetic of block sizes: multiples of 64 up to 1 KiB, then 16 steps per doubling, so that rounding
// wastes less than 1/16 above 1 KiB. Pure functions.

#include <bit>
#include <cstddef>

namespace ntrt {

inline constexpr size_t kStepsPerDoubling = 16;
inline constexpr size_t kFineLimit = 1024;  // kStepsPerDoubling steps of 64 bytes lead up to here

/// Index of the smallest class that holds `bytes` (> 0).
constexpr size_t size_class(size_t bytes) noexcept {
  const size_t last = bytes - 1;
  if (bytes <= kFineLimit) return last / 64;
  const auto exponent = static_cast<size_t>(std::bit_width(last)) - 1;
  const size_t step = (last >> (exponent - 4)) - kStepsPerDoubling;
  return kStepsPerDoubling * (exponent - 9) + step;
}

/// Size of the blocks of a class; a multiple of 64.
constexpr size_t class_bytes(size_t index) noexcept {
  if (index < kStepsPerDoubling) return (index + 1) * 64;
  const size_t exponent = index / kStepsPerDoubling + 9;
  return (kStepsPerDoubling + index % kStepsPerDoubling + 1) << (exponent - 4);
}

/// Index of the largest class that is not larger than `bytes` (at least 64).
constexpr size_t floor_class(size_t bytes) noexcept {
  const size_t index = size_class(bytes);
  return class_bytes(index) == bytes ? index : index - 1;
}

}  // namespace ntrt
