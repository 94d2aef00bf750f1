#pragma once
// Arithmetic on numbers from a file: 2^64 - 1 stands for that and more.

#include <cstdint>
#include <limits>

namespace ntrt {

constexpr uint64_t saturating_add(uint64_t a, uint64_t b) noexcept {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  return a > kMost - b ? kMost : a + b;
}

constexpr uint64_t saturating_multiply(uint64_t a, uint64_t b) noexcept {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  return b != 0 && a > kMost / b ? kMost : a * b;
}

}  // namespace ntrt
