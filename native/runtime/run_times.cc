#include "runtime/run_times.h"

#include <algorithm>
#include <bit>
#include <new>

namespace ntrt {
namespace {

constexpr double kSlowerWeight = 1.0 / 8;
constexpr double kQuickerWeight = 1.0 / 2;

Clock::duration to_duration(double ns) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double, std::nano>(ns));
}

}  // namespace

size_t RunTimes::class_of(size_t rows) noexcept {
  const size_t width = rows <= 1 ? 0 : static_cast<size_t>(std::bit_width(rows - 1));
  return std::min(width, kClasses - 1);
}

void RunTimes::learn(uint64_t shape, size_t rows, Clock::duration took) noexcept {
  try {
    if (curves_.size() >= kMaxShapes && curves_.find(shape) == curves_.end()) curves_.clear();
    Point& point = curves_[shape][class_of(rows)];
    const auto ns = static_cast<double>(to_nanoseconds(took));
    if (!point.known) {
      point = {static_cast<double>(rows), ns, true};
      return;
    }
    const double weight = ns < point.ns ? kQuickerWeight : kSlowerWeight;
    point.ns += (ns - point.ns) * weight;
    point.rows += (static_cast<double>(rows) - point.rows) * weight;
  } catch (const std::bad_alloc&) {
    // It learns from the next run.
  }
}

std::optional<Clock::duration> RunTimes::measured(uint64_t shape, size_t rows) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return std::nullopt;
  const Point& point = found->second[class_of(rows)];
  return point.known ? std::optional(to_duration(point.ns)) : std::nullopt;
}

std::optional<Clock::duration> RunTimes::expected(uint64_t shape, size_t rows) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return std::nullopt;
  // The two known points around `rows`, or the two next to it on one side.
  const auto x = static_cast<double>(rows);
  const Point* below = nullptr;
  const Point* above = nullptr;
  for (const Point& point : found->second) {
    if (!point.known) continue;
    if (above != nullptr && above->rows >= x && below != nullptr) break;
    if (above != nullptr) below = above;
    above = &point;
  }
  if (above == nullptr) return std::nullopt;
  if (below == nullptr || above->rows <= below->rows) return to_duration(above->ns);
  const double slope = std::max(0.0, (above->ns - below->ns) / (above->rows - below->rows));
  return to_duration(std::max(0.0, below->ns + slope * (x - below->rows)));
}

}  // namespace ntrt
