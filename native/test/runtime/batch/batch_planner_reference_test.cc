// The planner does, operation for operation, what a slow and simple model of it says. That the comparison would notice
// is shown with models that each break one rule.

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <string>

#include "test/support/reference_planner.h"
#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::Mistake;
using testing::ReferencePlanner;

/// Both planners, and the operations that are done to both.
class Pair {
 public:
  Pair(uint64_t seed, Mistake mistake)
      : random_(seed), limits_(random_limits()), planner_(limits_), model_(limits_, mistake) {}

  /// Does something to both; returns how they differ, if they do.
  std::optional<std::string> step() {
    const size_t what = below(100);
    if (what < 55) {
      if (model_.items().size() < 40) add();
    } else if (what < 61) {
      remove();
    } else if (what < 75) {
      now_ += below(4) == 0 ? 1ms * below(150) : 1ms * below(3);
    } else if (what < 97) {
      if (auto difference = plan(below(3) == 0 ? PlanMode::kGathering : PlanMode::kNormal)) return difference;
    } else if (what == 97) {
      change_limits();
    } else if (what == 98) {
      if (auto difference = take_first()) return difference;
    } else if (below(5) == 0) {
      // To the end: nothing comes after it.
      while (!model_.items().empty()) {
        if (auto difference = plan(PlanMode::kDraining)) return difference;
      }
    }
    return compare();
  }

  size_t num_batches() const { return num_batches_; }
  size_t num_expired() const { return num_expired_; }

 private:
  size_t below(size_t limit) { return random_() % limit; }

  BatchLimits random_limits() {
    BatchLimits limits;
    limits.max_size = 1 + below(12);
    if (below(3) > 0) limits.max_delay = 1ms * below(120);
    for (size_t size = 1; size <= limits.max_size; ++size) {
      if (below(6) == 0) limits.preferred_sizes.push_back(size);
    }
    return limits;
  }

  void add() {
    ReferencePlanner::Item item;
    item.id = next_id_++;
    item.key = static_cast<int>(below(5));
    item.rows = below(8) == 0 ? 1 + below(30) : 1 + below(4);
    item.priority = static_cast<Priority>(below(kNumPriorities));
    item.submitted = now_ - 1ms * below(3);
    if (below(4) == 0) item.deadline = now_ + 1ms * below(200);
    item.run = 1ms * below(30);
    item.cost = 1us * below(5000);

    auto real = testing::make_item(std::to_string(item.id), {.key = item.key, .rows = item.rows});
    real->solo = item.key == 0;
    real->priority = item.priority;
    real->submitted = item.submitted;
    real->deadline = item.deadline;
    real->expected_run = item.run;
    real->expected_cost = item.cost;
    items_[item.id] = real;
    model_.add(item);
    planner_.add(real);
  }

  void remove() {
    if (model_.items().empty()) return;
    const int id = model_.items()[below(model_.items().size())].id;
    planner_.remove(*items_.at(id));
    model_.remove(id);
    items_.erase(id);
  }

  std::optional<std::string> take_first() {
    const auto item = planner_.take_first();
    if (!item) return model_.items().empty() ? std::nullopt : std::optional<std::string>("nothing to take");
    const int id = id_of(item);
    const int key = item->solo ? 0 : static_cast<int>(item->key[0]);
    if (model_.of(key).empty() || model_.of(key).front().id != id) return "took what is not the first of its key";
    model_.remove(id);
    items_.erase(id);
    return std::nullopt;
  }

  void change_limits() {
    if (below(2) == 0) {
      limits_ = random_limits();
      planner_.set_limits(limits_);
    } else {
      limits_.max_delay = 1ms * below(100);
      planner_.set_max_delay(limits_.max_delay);
    }
    model_.limits = limits_;
  }

  std::optional<std::string> plan(PlanMode mode) {
    const size_t limit = below(2) == 0 ? 1 + below(14) : 0;
    planner_.plan(now_, mode, plan_, [&](const PlanItem& first) {
      EXPECT_FALSE(first.solo);
      return limit;
    });
    ReferencePlanner::Plan real;
    for (const Slice& slice : plan_.slices)
      real.slices.emplace_back(id_of(slice.item), slice.first_row, slice.num_rows);
    for (const auto& item : plan_.expired) real.expired.push_back(id_of(item));
    const ReferencePlanner::Plan expected = model_.plan(now_, mode, limit);
    if (!(real == expected)) {
      std::string text = "planned '" + testing::to_text(plan_) + "', not '";
      for (const auto& [id, first, rows] : expected.slices) {
        text += std::to_string(id) + "[" + std::to_string(first) + "," + std::to_string(first + rows) + ") ";
      }
      for (const int id : expected.expired) text += "!" + std::to_string(id) + " ";
      return text + "'";
    }
    num_batches_ += real.slices.empty() ? 0 : 1;
    num_expired_ += real.expired.size();
    return std::nullopt;
  }

  std::optional<std::string> compare() const {
    for (const PlanMode mode : {PlanMode::kNormal, PlanMode::kGathering, PlanMode::kDraining}) {
      const auto may_start = [&](Clock::time_point at) { return at <= now_ ? ReferencePlanner::kNow : at; };
      if (may_start(planner_.next_start(mode)) != may_start(model_.next_start(mode))) {
        return "next_start in mode " + std::to_string(static_cast<int>(mode));
      }
    }
    for (const Priority priority : {Priority::kHigh, Priority::kNormal, Priority::kLow}) {
      if (planner_.backlog(priority) != model_.backlog(priority)) return "backlog";
    }
    for (int64_t key = 1; key < 5; ++key) {
      if (planner_.rows_waiting({key}) != model_.rows_waiting(static_cast<int>(key))) return "rows_waiting";
    }
    if (planner_.num_items() != model_.items().size()) return "num_items";
    if (planner_.oldest() != model_.oldest()) return "oldest";
    return std::nullopt;
  }

  static int id_of(const std::shared_ptr<PlanItem>& item) {
    return std::stoi(static_cast<const testing::NamedItem&>(*item).name);
  }

  std::mt19937_64 random_;
  Clock::time_point now_ = testing::kStart;
  int next_id_ = 0;
  BatchLimits limits_;
  BatchPlanner planner_;
  ReferencePlanner model_;
  BatchPlan plan_;
  std::map<int, std::shared_ptr<testing::NamedItem>> items_;
  size_t num_batches_ = 0;
  size_t num_expired_ = 0;
};

TEST(BatchPlannerReference, DoesWhatTheModelSaysForAHundredThousandOperations) {
  size_t num_batches = 0;
  size_t num_expired = 0;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Pair pair(seed, Mistake::kNone);
    for (int i = 0; i < 2000; ++i) {
      const auto difference = pair.step();
      ASSERT_EQ(difference, std::nullopt) << "seed " << seed << ", operation " << i;
    }
    num_batches += pair.num_batches();
    num_expired += pair.num_expired();
  }
  EXPECT_GT(num_batches, 10000U) << "too little happens for it to mean much";
  EXPECT_GT(num_expired, 1000U);
}

TEST(BatchPlannerReference, EachBrokenRuleIsNoticed) {
  for (const Mistake mistake :
       {Mistake::kNoAgeing, Mistake::kSplitsWhatFits, Mistake::kSmallestPreferred, Mistake::kIgnoresUrgency,
        Mistake::kRunsTheLate, Mistake::kGathersPreferred, Mistake::kIgnoresLimit, Mistake::kForgetsPart}) {
    bool noticed = false;
    for (uint64_t seed = 1; seed <= 50 && !noticed; ++seed) {
      Pair pair(seed, mistake);
      for (int i = 0; i < 2000 && !noticed; ++i) noticed = pair.step().has_value();
    }
    EXPECT_TRUE(noticed) << "mistake " << static_cast<int>(mistake);
  }
}

}  // namespace
}  // namespace ntrt
