#pragma once
// What a batch planner should do, in the simplest form: one list of items, and everything is worked out from the rules
// of Note "batch planner" each time that it is asked.

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "runtime/batch/batch_planner.h"

namespace ntrt::testing {

/// A rule that the reference breaks on purpose, so that a test can show that it would be noticed.
enum class Mistake : uint8_t {
  kNone,
  kNoAgeing,           ///< a higher priority always comes first
  kSplitsWhatFits,     ///< batches are filled to the last row
  kSmallestPreferred,  ///< instead of the largest
  kIgnoresUrgency,     ///< a window never ends early
  kRunsTheLate,        ///< nothing is given up
  kGathersPreferred,   ///< a preferred size starts while more is gathered
  kIgnoresLimit,       ///< batches are as large as they may be at all
  kForgetsPart         ///< a partly planned item counts as whole in the backlog
};

class ReferencePlanner {
 public:
  using Time = Clock::time_point;
  static constexpr Time kNow = Time::min();
  static constexpr Time kNever = Time::max();

  struct Item {
    int id = 0;
    int key = 0;  ///< 0: solo
    size_t rows = 1;
    Priority priority = Priority::kNormal;
    Time submitted;
    Time deadline = kNever;
    Clock::duration run{};
    Clock::duration cost{};
    size_t planned = 0;

    size_t left() const { return rows - planned; }
    Time latest_start() const { return deadline == kNever ? kNever : deadline - run; }
  };
  struct Plan {
    std::vector<std::tuple<int, size_t, size_t>> slices;  ///< id, first row, number of rows
    std::vector<int> expired;
    bool operator==(const Plan&) const = default;
  };

  explicit ReferencePlanner(BatchLimits limits, Mistake mistake = Mistake::kNone)
      : limits(std::move(limits)), mistake_(mistake) {}

  BatchLimits limits;

  const std::vector<Item>& items() const { return items_; }

  void add(Item item) {
    for (const Item& other : items_) {
      if (other.key == item.key && other.priority == item.priority) {
        item.submitted = std::max(item.submitted, other.submitted);
      }
    }
    first_use_.emplace(item.key, first_use_.size() + 1);  // 0 is for solo items
    auto& urgent = urgent_.emplace(item.key, kNever).first->second;
    urgent = std::min(urgent, urgent_from(item));
    items_.push_back(item);
  }

  void remove(int id) {
    const auto found = std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
    const int key = found->key;
    items_.erase(found);
    if (rows_waiting(key) == 0) urgent_[key] = kNever;
  }

  /// When it may start; a time that has passed is the same as `kNow`.
  Time next_start(PlanMode mode) const {
    Time result = kNever;
    for (const auto& [key, order] : first_use_) result = std::min(result, starts_at(key, mode));
    return result;
  }

  /// `limit`: rows of this batch; 0 for what the limits say.
  Plan plan(Time now, PlanMode mode, size_t limit = 0) {
    const int key = choose(now, mode);
    Plan plan;
    if (key < 0) return plan;
    std::vector<Item> queue = of(key);
    // One plan gives up so many; it looks no further.
    size_t num_late = 0;
    for (size_t i = 0; i < queue.size(); ++i) {
      if (is_late(queue[i], now) && ++num_late == 64) queue.resize(i + 1);
    }
    const size_t wanted = rows_of_batch(queue, key, now, limit);
    size_t rows = 0;
    for (const Item& item : queue) {
      if (is_late(item, now)) {
        plan.expired.push_back(item.id);
        erase(item.id);
        continue;
      }
      if (rows == wanted) break;
      const size_t taken = std::min(item.left(), wanted - rows);
      plan.slices.emplace_back(item.id, item.planned, taken);
      rows += taken;
      if (taken == item.left()) {
        erase(item.id);
      } else {
        find(item.id).planned += taken;
      }
    }
    // What is left of a full batch may keep the time of an item that has gone.
    if (rows_waiting(key) < limits.max_size) {
      urgent_[key] = kNever;
      for (const Item& item : of(key)) urgent_[key] = std::min(urgent_[key], urgent_from(item));
    }
    return plan;
  }

  size_t rows_waiting(int key) const {
    size_t rows = 0;
    for (const Item& item : items_) rows += item.key == key ? item.left() : 0;
    return rows;
  }

  Clock::duration backlog(Priority priority) const {
    Clock::duration sum{};
    for (const Item& item : items_) {
      if (item.priority > priority) continue;
      const auto planned = mistake_ == Mistake::kForgetsPart ? 0 : static_cast<int64_t>(item.planned);
      sum += item.cost - item.cost / static_cast<int64_t>(item.rows) * planned;
    }
    return sum;
  }

  Time oldest() const {
    Time result = kNever;
    for (const Item& item : items_) result = std::min(result, item.submitted);
    return result;
  }

  /// Those of a key, in the order in which they start.
  std::vector<Item> of(int key) const {
    std::vector<Item> queue;
    std::copy_if(items_.begin(), items_.end(), std::back_inserter(queue),
                 [&](const Item& item) { return item.key == key; });
    std::stable_sort(queue.begin(), queue.end(), [&](const Item& a, const Item& b) {
      return std::tuple(rank(a), a.priority) < std::tuple(rank(b), b.priority);
    });
    return queue;
  }

 private:
  Time rank(const Item& item) const {
    const auto step = mistake_ == Mistake::kNoAgeing ? std::chrono::hours(1) : BatchPlanner::kPriorityStep;
    return item.submitted + static_cast<int>(item.priority) * step;
  }
  Time urgent_from(const Item& item) const {
    if (item.deadline == kNever || mistake_ == Mistake::kIgnoresUrgency) return kNever;
    const Time latest = item.latest_start();
    const auto spare = std::max<Clock::duration>(BatchPlanner::kWakeUpMargin, (latest - item.submitted) / 8);
    return std::max(item.submitted, latest - spare);
  }
  bool is_late(const Item& item, Time now) const {
    return item.latest_start() < now && mistake_ != Mistake::kRunsTheLate;
  }

  Time starts_at(int key, PlanMode mode) const {
    const size_t rows = rows_waiting(key);
    if (rows == 0) return kNever;
    if (key == 0 || rows >= limits.max_size || mode == PlanMode::kDraining) return kNow;
    const bool preferred = !limits.preferred_sizes.empty() && rows >= limits.preferred_sizes.front();
    if (preferred && mistake_ == Mistake::kGathersPreferred) return kNow;
    if (mode == PlanMode::kGathering) return kNever;
    if (preferred || limits.max_delay <= Clock::duration::zero()) return kNow;
    Time start = urgent_.at(key);
    for (const Item& item : items_) {
      if (item.key == key) start = std::min(start, item.submitted + limits.max_delay);
    }
    return start;
  }

  /// The key that is next, or -1.
  int choose(Time now, PlanMode mode) const {
    int best = -1;
    for (const auto& [key, order] : first_use_) {
      if (starts_at(key, mode) > now) continue;
      if (best < 0 || position(key) < position(best)) best = key;
    }
    return best;
  }
  std::tuple<Time, size_t> position(int key) const {
    return {rank(of(key).front()), key == 0 ? 0 : first_use_.at(key)};
  }

  size_t rows_of_batch(const std::vector<Item>& queue, int key, Time now, size_t limit) const {
    const bool ignored = limit == 0 || mistake_ == Mistake::kIgnoresLimit;
    const size_t full = ignored ? limits.max_size : std::min(limit, limits.max_size);
    std::vector<size_t> sizes;  // that the first items make
    size_t rows = 0;
    for (const Item& item : queue) {
      if (is_late(item, now)) continue;
      if (key == 0) return item.left();
      if (rows >= full) break;
      if (item.left() > limits.max_size) {
        const bool fills = !limits.preferred_sizes.empty() && limits.preferred_sizes.back() > rows;
        return fills ? limits.preferred_sizes.back() : full;
      }
      if (rows > 0 && rows + item.left() > full) {
        if (mistake_ == Mistake::kSplitsWhatFits) return full;
        break;
      }
      sizes.push_back(rows += item.left());
    }
    size_t best = 0;
    for (const size_t size : sizes) {
      const auto& preferred = limits.preferred_sizes;
      if (std::find(preferred.begin(), preferred.end(), size) == preferred.end()) continue;
      if (best == 0 || mistake_ != Mistake::kSmallestPreferred) best = size;
    }
    return best > 0 ? best : rows;
  }

  Item& find(int id) {
    return *std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.id == id; });
  }
  void erase(int id) {
    std::erase_if(items_, [&](const Item& item) { return item.id == id; });
  }

  const Mistake mistake_;
  std::vector<Item> items_;  // in the order in which they came
  std::map<int, size_t> first_use_;
  std::map<int, Time> urgent_;  // per key, when an item must begin; those that were removed count until the next plan
};

}  // namespace ntrt::testing
