#pragma once
// Measurements as text.

#include <array>
#include <chrono>
#include <cstdio>
#include <string>

namespace ntrt::gpu {

/// As printf has it.
template <typename... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), pattern, values...);
  return text.data();
}

/// "1.0 GiB"
inline std::string gib(double bytes) { return format("%.1f GiB", bytes / (1 << 30)); }

using Clock = std::chrono::steady_clock;

inline double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

}  // namespace ntrt::gpu
