#pragma once
// How much later than predicted results come.

#include <algorithm>
#include <cmath>

#include "runtime/clock.h"

namespace ntrt {

/// The most of late, fading by half every `kHalfLife`. It is the largest and not a mean, because a pause of the machine
/// makes all requests late that wait at that time, and another one comes: what was kept free for it costs nothing but a
/// shorter queue. Constant time and memory. Not thread-safe.
class Lateness {
 public:
  static constexpr Clock::duration kHalfLife = std::chrono::seconds(4);
  /// A machine that stands still for longer says nothing about the next time.
  static constexpr Clock::duration kMost = std::chrono::seconds(1);

  void learn(Clock::duration predicted, Clock::duration actual, Clock::time_point now) noexcept {
    const Clock::duration late = std::min(actual - predicted, kMost);
    if (late <= expected(now)) return;
    late_ = late;
    learnt_ = now;
  }

  Clock::duration expected(Clock::time_point now) const noexcept {
    const double half_lives = std::chrono::duration<double>(now - learnt_) / kHalfLife;
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, Clock::period>(late_) *
                                                       std::exp2(-std::max(0.0, half_lives)));
  }

 private:
  Clock::duration late_{};
  Clock::time_point learnt_;
};

}  // namespace ntrt
