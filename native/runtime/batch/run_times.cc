#include "runtime/batch/run_times.h"

#include <algorithm>
#include <bit>
#include <new>

namespace ntrt {
namespace {

constexpr double kSlowerWeight = 1.0 / 8;
constexpr double kQuickerWeight = 1.0 / 2;
constexpr double kPeriodWeight = 1.0 / 4;
/// So many runs of a number of rows say what they cost.
constexpr uint32_t kEnoughRuns = 4;
/// A smaller batch must make rows this much cheaper to be better.
constexpr double kCheaper = 0.9;
/// One in so many runs tries a larger number than is best.
constexpr uint64_t kTryLargerEvery = 256;

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
    Curve& curve = curves_[shape];
    ++curve.num_runs;
    Point& point = curve.points[class_of(rows)];
    ++point.num_runs;
    const auto ns = static_cast<double>(to_nanoseconds(took));
    if (!point.known) {
      point = {static_cast<double>(rows), ns, 0, true, 1};
      return;
    }
    const double weight = ns < point.ns ? kQuickerWeight : kSlowerWeight;
    point.ns += (ns - point.ns) * weight;
    point.rows += (static_cast<double>(rows) - point.rows) * weight;
  } catch (const std::bad_alloc&) {
    // It learns from the next run.
  }
}

void RunTimes::learn_period(uint64_t shape, size_t rows, Clock::duration period) noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return;
  double& mean = found->second.points[class_of(rows)].period_ns;
  const auto ns = static_cast<double>(to_nanoseconds(period));
  mean += mean == 0 ? ns : (ns - mean) * kPeriodWeight;
}

std::optional<Clock::duration> RunTimes::measured(uint64_t shape, size_t rows) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return std::nullopt;
  const Point& point = found->second.points[class_of(rows)];
  return point.known ? std::optional(to_duration(point.ns)) : std::nullopt;
}

std::optional<Clock::duration> RunTimes::expected(uint64_t shape, size_t rows) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return std::nullopt;
  // The two known points around `rows`, or the two next to it on one side.
  const auto x = static_cast<double>(rows);
  const Point* below = nullptr;
  const Point* above = nullptr;
  for (const Point& point : found->second.points) {
    if (!point.known) continue;
    if (above != nullptr && above->rows >= x && below != nullptr) break;
    if (above != nullptr) below = above;
    above = &point;
  }
  if (above == nullptr) return std::nullopt;
  if (below == nullptr || above->rows <= below->rows) return to_duration(above->busy_ns());
  const double slope = std::max(0.0, (above->busy_ns() - below->busy_ns()) / (above->rows - below->rows));
  return to_duration(std::max(0.0, below->busy_ns() + slope * (x - below->rows)));
}

bool RunTimes::is_known(const Curve& curve, size_t at) noexcept { return curve.points[at].num_runs >= kEnoughRuns; }

std::optional<size_t> RunTimes::best_class(const Curve& curve, size_t top) noexcept {
  std::optional<size_t> cheapest;
  for (size_t at = 0; at <= top; ++at) {
    if (!is_known(curve, at)) continue;
    if (!cheapest || curve.points[at].cost() < curve.points[*cheapest].cost()) cheapest = at;
  }
  if (!cheapest) return std::nullopt;
  size_t best = *cheapest;
  for (size_t at = best + 1; at <= top; ++at) {
    if (is_known(curve, at) && curve.points[at].cost() * kCheaper <= curve.points[*cheapest].cost()) best = at;
  }
  return best;
}

size_t RunTimes::best_size(uint64_t shape, size_t max_size) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return 0;
  const Curve& curve = found->second;
  const size_t top = class_of(max_size);
  const auto best = best_class(curve, top);
  if (!best) return 0;
  for (size_t larger = *best + 1; larger <= top; ++larger) {
    if (is_known(curve, larger)) return size_t{1} << *best;
  }
  return 0;
}

size_t RunTimes::size_to_run(uint64_t shape, size_t max_size) const noexcept {
  const auto found = curves_.find(shape);
  if (found == curves_.end()) return 0;
  const Curve& curve = found->second;
  const size_t top = class_of(max_size);
  const auto best = best_class(curve, top);
  if (best && *best < top && curve.num_runs % kTryLargerEvery == 0) {
    return size_t{1} << (*best + 1 + (curve.num_runs / kTryLargerEvery) % (top - *best));
  }
  return best_size(shape, max_size);
}

}  // namespace ntrt
