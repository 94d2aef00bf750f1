#pragma once
// How long runs take, learnt from those that took place: by shape, and by the number of rows.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "runtime/clock.h"

namespace ntrt {

/// Not thread-safe: the engine's lock guards it. Rows are kept in classes 1, 2, 3–4, 5–8, …, each with a mean of what
/// was measured in it; between and beyond them a straight line is drawn.
class RunTimes {
 public:
  /// Shapes that are remembered; a service that sends more starts learning anew.
  static constexpr size_t kMaxShapes = 256;

  /// A slow run (the first of a shape, a preemption) is forgotten quickly, a quick one is believed at once by half.
  void learn(uint64_t shape, size_t rows, Clock::duration took) noexcept;

  /// What runs of about that many rows usually took; nothing if there was none.
  std::optional<Clock::duration> measured(uint64_t shape, size_t rows) const noexcept;

  /// The same, reckoned from other numbers of rows where there was none; nothing if the shape is unknown.
  std::optional<Clock::duration> expected(uint64_t shape, size_t rows) const noexcept;

  /// How many rows of those that may run together should, where rows get dearer in larger batches; 0 where they do not,
  /// or it is not known. Now and then another number, to find out.
  size_t best_size(uint64_t shape, size_t max_size) const noexcept;

 private:
  static constexpr size_t kClasses = 24;
  struct Point {
    double rows = 0;
    double ns = 0;
    bool known = false;
    uint32_t num_runs = 0;

    double cost() const noexcept { return ns / rows; }
  };
  struct Curve {
    std::array<Point, kClasses> points;
    uint64_t num_runs = 0;
  };

  static size_t class_of(size_t rows) noexcept;

  std::unordered_map<uint64_t, Curve> curves_;
};

}  // namespace ntrt
