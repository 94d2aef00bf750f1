// When a batch may start: it is full, or its oldest item has waited long enough.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::TestPlanner;

BatchLimits window(size_t max_size = 4, Clock::duration max_delay = 10ms) {
  return {.max_size = max_size, .max_delay = max_delay};
}

TEST(BatchPlannerWindow, WithoutADelayWhateverIsThereStartsAtOnce) {
  TestPlanner planner({.max_size = 4});
  planner.add_all({"a", "b"});
  EXPECT_EQ(planner.next_start(), "now");
  EXPECT_EQ(planner.plan(), "a b");
}

TEST(BatchPlannerWindow, ABatchWaitsUntilItsOldestItemHasWaitedMaxDelay) {
  TestPlanner planner(window());
  planner.add("a", {.at = 3ms});
  planner.add("b", {.at = 9ms});
  EXPECT_EQ(planner.next_start(), "13");
  EXPECT_EQ(planner.plan(13ms - 1ns), "");
  EXPECT_EQ(planner.plan(13ms), "a b");
}

TEST(BatchPlannerWindow, TheOldestItemCountsWhateverItsPriority) {
  TestPlanner planner(window());
  planner.add("low", {.priority = Priority::kLow, .at = 1ms});
  planner.add("high", {.priority = Priority::kHigh, .at = 5ms});
  EXPECT_EQ(planner.next_start(), "11");
  EXPECT_EQ(planner.plan(11ms), "high low");
}

TEST(BatchPlannerWindow, AFullBatchStartsAtOnce) {
  TestPlanner planner(window());
  planner.add_all({"a", "b", "c"});
  EXPECT_EQ(planner.plan(), "");
  planner.add("d");
  EXPECT_EQ(planner.next_start(), "now");
  EXPECT_EQ(planner.plan(), "a b c d");
}

TEST(BatchPlannerWindow, RowsMakeABatchFullNotItems) {
  TestPlanner planner(window());
  planner.add("a", {.rows = 3});
  EXPECT_EQ(planner.plan(), "");
  planner.add("b", {.rows = 1});
  EXPECT_EQ(planner.plan(), "a b");
}

TEST(BatchPlannerWindow, WhatIsLeftOfAFullBatchWaitsItsOwnWindow) {
  TestPlanner planner(window());
  planner.add_all({"a", "b", "c"});
  planner.add_all({"d", "e"}, {.at = 4ms});
  EXPECT_EQ(planner.plan(4ms), "a b c d");
  EXPECT_EQ(planner.next_start(), "14");
  EXPECT_EQ(planner.plan(14ms), "e");
}

TEST(BatchPlannerWindow, ItemsThatDoNotFitTogetherStartOneByOneWithoutWaiting) {
  TestPlanner planner(window());
  planner.add("a", {.rows = 3});
  planner.add("b", {.rows = 3});
  EXPECT_EQ(planner.plan(), "a");
  EXPECT_EQ(planner.plan(), "");
  EXPECT_EQ(planner.plan(10ms), "b");
}

TEST(BatchPlannerWindow, EachKeyHasItsOwn) {
  TestPlanner planner(window());
  planner.add("a", {.key = 1, .at = 4ms});
  planner.add("b", {.key = 2, .at = 2ms});
  EXPECT_EQ(planner.next_start(), "12");
  EXPECT_EQ(planner.plan(12ms), "b");
  EXPECT_EQ(planner.next_start(), "14");
  EXPECT_EQ(planner.plan(14ms), "a");
}

TEST(BatchPlannerWindow, AFullBatchOfALowerRankDoesNotWaitForAKeyThatMayNotStartYet) {
  TestPlanner planner(window(2));
  planner.add("high", {.key = 1, .priority = Priority::kHigh});
  planner.add_all({"low 1", "low 2"}, {.key = 2, .priority = Priority::kLow});
  EXPECT_EQ(planner.plan(), "low 1 low 2");
  EXPECT_EQ(planner.plan(), "");
}

TEST(BatchPlannerWindow, WhenSeveralMayStartRankDecides) {
  TestPlanner planner(window(2));
  planner.add("a", {.key = 1, .at = 1ms});
  planner.add_all({"b", "c"}, {.key = 2, .at = 2ms});
  EXPECT_EQ(planner.plan(11ms), "a") << "its window has ended, and it came first";
  EXPECT_EQ(planner.plan(11ms), "b c");
}

TEST(BatchPlannerWindow, AKeyWhoseWindowEndedKeepsItsTurnWhileOthersRun) {
  TestPlanner planner(window());
  planner.add("a", {.key = 1});
  planner.add("b", {.key = 2, .at = 1ms});
  EXPECT_EQ(planner.plan(20ms), "a");
  planner.add("b2", {.key = 2, .at = 21ms});
  EXPECT_EQ(planner.next_start(), "now");
  EXPECT_EQ(planner.plan(21ms), "b b2");
}

TEST(BatchPlannerWindow, AFlushEndsItForWhatAFullBatchLeaves) {
  TestPlanner planner({.max_size = 2, .max_delay = 100ms});
  planner.add("a");
  planner.add("b");
  planner.add("c");
  planner->flush();
  EXPECT_EQ(planner.plan(0ms), "a b");
  EXPECT_EQ(planner.plan(0ms), "c");
}

TEST(BatchPlannerWindow, AFlushEndsItForAllThatWaitsUntilThatHasGone) {
  TestPlanner planner({.max_size = 4, .max_delay = 100ms, .preferred_sizes = {2}});
  planner.add("a");
  planner->flush();
  planner.add("b");
  planner.add("c");
  EXPECT_EQ(planner.plan(0ms), "a b");
  EXPECT_EQ(planner.plan(0ms), "c");
  planner.add("d");
  EXPECT_EQ(planner.plan(50ms), "");
  EXPECT_EQ(planner.next_start(), "100");
}

}  // namespace
}  // namespace ntrt
