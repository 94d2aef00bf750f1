#pragma once
// A batch planner whose items have names and whose plans are read as text. Time is counted from a fixed start.

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtime/batch/batch_planner.h"

namespace ntrt::testing {

inline constexpr Clock::time_point kStart{std::chrono::hours(1000)};
inline constexpr Clock::duration kStep = BatchPlanner::kPriorityStep;

/// What a test says of an item; times are since kStart.
struct ItemSpec {
  int64_t key = 1;
  size_t rows = 1;
  Priority priority = Priority::kNormal;
  Clock::duration at{};  ///< submitted
  std::optional<Clock::duration> deadline{};
  Clock::duration expected_run{};
  Clock::duration expected_cost{};
  bool solo = false;
};

struct NamedItem : PlanItem {
  std::string name;
};

inline std::shared_ptr<NamedItem> make_item(std::string name, const ItemSpec& spec) {
  auto item = std::make_shared<NamedItem>();
  item->name = std::move(name);
  item->solo = spec.solo;
  if (!spec.solo) item->key = {spec.key};
  item->rows = spec.rows;
  item->priority = spec.priority;
  item->submitted = kStart + spec.at;
  if (spec.deadline) item->deadline = kStart + *spec.deadline;
  item->expected_run = spec.expected_run;
  item->expected_cost = spec.expected_cost;
  return item;
}

inline std::string to_text(const BatchPlan& plan) {
  std::string text;
  for (const Slice& slice : plan.slices) {
    const auto& item = static_cast<const NamedItem&>(*slice.item);
    text += (text.empty() ? "" : " ") + item.name;
    if (slice.num_rows == item.rows) continue;
    text += "[" + std::to_string(slice.first_row) + "," + std::to_string(slice.first_row + slice.num_rows) + ")";
  }
  for (const auto& item : plan.expired) text += (text.empty() ? "!" : " !") + static_cast<NamedItem&>(*item).name;
  return text;
}

class TestPlanner {
 public:
  explicit TestPlanner(BatchLimits limits = {}) : planner_(std::move(limits)) {}

  BatchPlanner& operator*() { return planner_; }
  BatchPlanner* operator->() { return &planner_; }

  NamedItem& add(const std::string& name, const ItemSpec& spec = {}) {
    auto item = make_item(name, spec);
    items_[name] = item;
    planner_.add(item);
    return *item;
  }
  /// One after the other, all alike.
  void add_all(const std::vector<std::string>& names, const ItemSpec& spec = {}) {
    for (const std::string& name : names) add(name, spec);
  }
  void remove(const std::string& name) { planner_.remove(*items_.at(name)); }

  /// "a b" are whole items, "c[0,8)" rows of one, "!d" was given up; "" means that nothing may start. Checks that
  /// next_start() had announced it.
  std::string plan(Clock::duration since_start = {}, PlanMode mode = PlanMode::kNormal, const SizeLimit& limit = {}) {
    const Clock::time_point now = kStart + since_start;
    const bool announced = planner_.next_start(mode) <= now;
    planner_.plan(now, mode, plan_, limit);
    const std::string text = to_text(plan_);
    EXPECT_EQ(announced, !text.empty()) << "next_start() and plan() disagree about " << text;
    return text;
  }

  /// "now", "never", or milliseconds since the start.
  std::string next_start(PlanMode mode = PlanMode::kNormal) const {
    const Clock::time_point start = planner_.next_start(mode);
    if (start == Clock::time_point::min()) return "now";
    if (start == Clock::time_point::max()) return "never";
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(start - kStart).count());
  }

 private:
  BatchPlanner planner_;
  BatchPlan plan_;
  std::map<std::string, std::shared_ptr<NamedItem>> items_;  // the latest of each name
};

/// Everything that is counted is back at zero.
inline void expect_all_gone(const BatchPlanner& planner, int64_t key = 1) {
  EXPECT_TRUE(planner.empty());
  EXPECT_EQ(planner.num_items(), 0U);
  EXPECT_EQ(planner.rows_waiting({key}), 0U);
  EXPECT_EQ(planner.backlog(Priority::kLow), Clock::duration::zero());
  EXPECT_EQ(planner.oldest(), Clock::time_point::max());
  for (const PlanMode mode : {PlanMode::kNormal, PlanMode::kGathering, PlanMode::kDraining}) {
    EXPECT_EQ(planner.next_start(mode), Clock::time_point::max());
  }
}

}  // namespace ntrt::testing
