#pragma once
// How much longer things take than was predicted.

#include <algorithm>

#include "runtime/clock.h"

namespace ntrt {

/// A factor for predictions, learnt from what became of earlier ones: it follows those that came later than predicted
/// soon and those that came earlier slowly, and is never below 1. Not thread-safe.
class Correction {
 public:
  Clock::duration apply(Clock::duration predicted) const noexcept {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, Clock::period>(predicted) *
                                                       factor_);
  }

  /// `predicted` is as it was before the correction.
  void learn(Clock::duration predicted, Clock::duration actual) noexcept {
    if (predicted < kTooShort) return;
    const double ratio = std::chrono::duration<double>(actual) / std::chrono::duration<double>(predicted);
    const double weight = ratio > factor_ ? kLater : kEarlier;
    factor_ = std::clamp(factor_ + (ratio - factor_) * weight, 1.0, kMost);
  }

  double factor() const noexcept { return factor_; }

 private:
  static constexpr Clock::duration kTooShort = std::chrono::milliseconds(1);
  static constexpr double kLater = 0.1;
  static constexpr double kEarlier = 0.002;
  static constexpr double kMost = 10;

  double factor_ = 1;
};

}  // namespace ntrt
