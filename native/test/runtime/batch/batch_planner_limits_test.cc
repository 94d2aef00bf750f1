// Limits that change while items are queued.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::TestPlanner;

TEST(BatchPlannerLimits, AShorterDelayHoldsForWhatIsQueued) {
  TestPlanner planner({.max_delay = 100ms});
  planner.add("a", {.at = 1ms});
  planner->set_max_delay(10ms);
  EXPECT_EQ(planner.next_start(), "11");
  planner->set_max_delay(0ms);
  EXPECT_EQ(planner.next_start(), "now");
  EXPECT_EQ(planner.plan(1ms), "a");
}

TEST(BatchPlannerLimits, ALongerDelayHoldsForWhatIsQueued) {
  TestPlanner planner;
  planner.add("a", {.at = 1ms});
  EXPECT_EQ(planner.next_start(), "now");
  planner->set_max_delay(10ms);
  EXPECT_EQ(planner.next_start(), "11");
  EXPECT_EQ(planner.plan(10ms), "");
  EXPECT_EQ(planner.plan(11ms), "a");
}

TEST(BatchPlannerLimits, ALongerDelayHoldsForAKeyWhoseWindowHadEnded) {
  TestPlanner planner({.max_delay = 10ms});
  planner.add("a", {.key = 1});
  planner.add("b", {.key = 2, .at = 1ms});
  EXPECT_EQ(planner.plan(20ms), "a");
  planner->set_max_delay(50ms);
  EXPECT_EQ(planner.next_start(), "51");
  planner->set_limits({.max_size = 4, .max_delay = 60ms});
  EXPECT_EQ(planner.next_start(), "61");
}

TEST(BatchPlannerLimits, ASmallerBatchIsFull) {
  TestPlanner planner({.max_size = 8, .max_delay = 10ms});
  planner.add_all({"a", "b", "c"});
  EXPECT_EQ(planner.next_start(PlanMode::kGathering), "never");
  planner->set_limits({.max_size = 2, .max_delay = 10ms});
  EXPECT_EQ(planner.next_start(PlanMode::kGathering), "now");
  EXPECT_EQ(planner.plan(), "a b");
  EXPECT_EQ(planner.plan(), "");
}

TEST(BatchPlannerLimits, ALargerBatchWaitsForMore) {
  TestPlanner planner({.max_size = 2, .max_delay = 10ms});
  planner.add_all({"a", "b"});
  planner->set_limits({.max_size = 3, .max_delay = 10ms});
  EXPECT_EQ(planner.next_start(PlanMode::kGathering), "never");
  EXPECT_EQ(planner.plan(), "");
  planner.add("c");
  EXPECT_EQ(planner.plan(), "a b c");
}

TEST(BatchPlannerLimits, AnItemThatNoLongerFitsIsSplit) {
  TestPlanner planner({.max_size = 8, .max_delay = 10ms});
  planner.add("a", {.rows = 6});
  planner->set_limits({.max_size = 4, .max_delay = 10ms});
  EXPECT_EQ(planner.plan(), "a[0,4)");
  planner->set_limits({.max_size = 1});
  EXPECT_EQ(planner.plan(), "a[4,5)");
  EXPECT_EQ(planner.plan(), "a[5,6)");
}

TEST(BatchPlannerLimits, NewPreferredSizesHoldForWhatIsQueued) {
  TestPlanner planner({.max_size = 8, .max_delay = 10ms});
  planner.add_all({"a", "b", "c"});
  planner->set_limits({.max_size = 8, .max_delay = 10ms, .preferred_sizes = {2}});
  EXPECT_EQ(planner.plan(), "a b");
  planner.add("d");
  planner->set_limits({.max_size = 8, .max_delay = 10ms});
  EXPECT_EQ(planner.plan(), "") << "no longer preferred";
}

TEST(BatchPlannerLimits, CanBeRead) {
  TestPlanner planner;
  planner->set_limits({.max_size = 5, .max_delay = 3ms, .preferred_sizes = {2, 4}});
  planner->set_max_delay(7ms);
  EXPECT_EQ(planner->limits().max_size, 5U);
  EXPECT_EQ(planner->limits().max_delay, 7ms);
  EXPECT_EQ(planner->limits().preferred_sizes, (std::vector<size_t>{2, 4}));
}

}  // namespace
}  // namespace ntrt
