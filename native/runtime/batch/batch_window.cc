#include "runtime/batch/batch_window.h"

#include <algorithm>

namespace ntrt {
namespace {

/// The part of the target that waiting and running may take; the rest is for what is not measured here.
constexpr double kShare = 0.9;
/// A batch must make rows this much cheaper to be worth waiting for.
constexpr double kWorthwhile = 0.95;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Clock::duration choose_batch_window(Clock::duration target, double rows_per_second, size_t max_size,
                                    const std::function<std::optional<Clock::duration>(size_t)>& run_time) {
  const auto alone = run_time(1);
  if (!alone || rows_per_second <= 0) return {};
  const double allowed = seconds(target) * kShare;
  double best_window = 0;
  double best_cost = seconds(*alone) * kWorthwhile;
  // Sizes that grow by a quarter: the run time changes little in between.
  for (size_t n = 2; n <= max_size; n = std::max(n + 1, n + n / 4)) {
    const auto run = run_time(n);
    if (!run) break;
    const double window = static_cast<double>(n - 1) / rows_per_second;
    if (window + 2 * seconds(*run) > allowed) break;
    const double cost = seconds(*run) / static_cast<double>(n);
    if (cost >= best_cost) continue;
    best_cost = cost;
    best_window = window;
  }
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(best_window));
}

}  // namespace ntrt
