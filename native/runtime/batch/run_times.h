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

  /// How long a lane was busy with such a run, with all that there is to do before and after it. A plain mean: many of
  /// them add up to the time that a queue takes.
  void learn_period(uint64_t shape, size_t rows, Clock::duration period) noexcept;

  /// What runs of about that many rows usually took; nothing if there was none.
  std::optional<Clock::duration> measured(uint64_t shape, size_t rows) const noexcept;

  /// How long a lane will be busy with such a run, reckoned from other numbers of rows where there was none; nothing if
  /// the shape is unknown.
  std::optional<Clock::duration> expected(uint64_t shape, size_t rows) const noexcept;

  /// How many rows of those that may run together should, where rows get dearer in larger batches; 0 where they do not,
  /// or it is not known.
  size_t best_size(uint64_t shape, size_t max_size) const noexcept;

  /// The same for a batch that starts now: now and then a larger one, to find out whether it still is dearer. Smaller
  /// ones come about by themselves when little waits; making them would part callers that come together.
  size_t size_to_run(uint64_t shape, size_t max_size) const noexcept;

 private:
  static constexpr size_t kClasses = 24;
  struct Point {
    double rows = 0;
    double ns = 0;
    double period_ns = 0;  ///< 0: not known
    bool known = false;
    uint32_t num_runs = 0;

    double cost() const noexcept { return ns / rows; }
    double busy_ns() const noexcept { return period_ns > 0 ? period_ns : ns; }
  };
  struct Curve {
    std::array<Point, kClasses> points;
    uint64_t num_runs = 0;
  };

  static size_t class_of(size_t rows) noexcept;
  static bool is_known(const Curve& curve, size_t at) noexcept;
  /// The class whose rows should run together, of those up to `top`; nothing if none is known.
  static std::optional<size_t> best_class(const Curve& curve, size_t top) noexcept;

  std::unordered_map<uint64_t, Curve> curves_;
};

}  // namespace ntrt
