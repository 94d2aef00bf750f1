#pragma once
// How many rows arrive per second, lately.

#include <cmath>
#include <cstddef>

#include "runtime/clock.h"

namespace ntrt {

/// A mean whose memory fades by half every `kHalfLife`. Constant time and memory. Not thread-safe.
class ArrivalRate {
 public:
  static constexpr double kHalfLifeS = 0.5;

  void add(size_t rows, Clock::time_point now) noexcept {
    fade(now);
    rows_ += static_cast<double>(rows);
  }

  double rows_per_second(Clock::time_point now) noexcept {
    fade(now);
    return rows_ * kFade;
  }

 private:
  static constexpr double kFade = 0.69314718055994531 / kHalfLifeS;  // per second; ln 2 / half-life

  void fade(Clock::time_point now) noexcept {
    const double seconds = std::chrono::duration<double>(now - last_).count();
    if (seconds <= 0) return;
    rows_ *= std::exp(-kFade * seconds);
    last_ = now;
  }

  double rows_ = 0;
  Clock::time_point last_;
};

}  // namespace ntrt
