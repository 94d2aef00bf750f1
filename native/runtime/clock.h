#pragma once
// The clock of the runtime: monotonic, so that setting the time of day moves no deadline.

#include <chrono>
#include <cstdint>

namespace ntrt {

using Clock = std::chrono::steady_clock;

inline constexpr auto kNever = Clock::time_point::max();

/// Not negative.
inline uint64_t to_nanoseconds(Clock::duration duration) noexcept {
  const auto count = std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
  return count > 0 ? static_cast<uint64_t>(count) : 0;
}

}  // namespace ntrt
