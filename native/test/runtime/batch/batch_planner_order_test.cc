// Which items are next: by the order in which they came, by priority, and by age.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::kStart;
using testing::kStep;
using testing::TestPlanner;

/// No batches, so that the order shows.
BatchLimits one_by_one() { return {.max_size = 1}; }

TEST(BatchPlannerOrder, OneKeyAndPriorityStartInTheOrderInWhichTheyCame) {
  TestPlanner planner({.max_size = 3});
  planner.add_all({"a", "b", "c", "d"});
  EXPECT_EQ(planner.plan(), "a b c");
  EXPECT_EQ(planner.plan(), "d");
  EXPECT_EQ(planner.plan(), "");
}

TEST(BatchPlannerOrder, WhatIsAddedLaterCountsAsLaterWhateverItsClockSaid) {
  TestPlanner planner(one_by_one());
  planner.add("a", {.at = 5ms});
  const auto& b = planner.add("b", {.at = 3ms});
  EXPECT_EQ(b.submitted, kStart + 5ms);
  EXPECT_EQ(planner.plan(5ms), "a");
  EXPECT_EQ(planner.plan(5ms), "b");
}

TEST(BatchPlannerOrder, AHigherPriorityComesFirst) {
  TestPlanner planner(one_by_one());
  planner.add("low", {.priority = Priority::kLow});
  planner.add("normal", {.priority = Priority::kNormal, .at = 1ms});
  planner.add("high", {.priority = Priority::kHigh, .at = 2ms});
  for (const char* next : {"high", "normal", "low"}) EXPECT_EQ(planner.plan(2ms), next);
}

TEST(BatchPlannerOrder, PrioritiesMeetInABatchByRank) {
  TestPlanner planner({.max_size = 4});
  planner.add_all({"n1", "n2"});
  planner.add("l", {.priority = Priority::kLow});
  planner.add_all({"h1", "h2"}, {.priority = Priority::kHigh});
  EXPECT_EQ(planner.plan(), "h1 h2 n1 n2");
  EXPECT_EQ(planner.plan(), "l");
}

TEST(BatchPlannerOrder, AnItemIsOvertakenByThoseThatComeWithinAStepAndByNoLaterOnes) {
  TestPlanner planner(one_by_one());
  planner.add("normal");
  planner.add("sooner", {.priority = Priority::kHigh, .at = kStep - 1ns});
  planner.add("same rank", {.priority = Priority::kHigh, .at = kStep});
  planner.add("later", {.priority = Priority::kHigh, .at = kStep + 1ns});
  for (const char* next : {"sooner", "same rank", "normal", "later"}) EXPECT_EQ(planner.plan(2 * kStep), next);
}

TEST(BatchPlannerOrder, LowIsTwoStepsBehindHigh) {
  TestPlanner planner(one_by_one());
  planner.add("low", {.priority = Priority::kLow});
  planner.add("normal", {.priority = Priority::kNormal, .at = kStep + 1ns});
  planner.add("high", {.priority = Priority::kHigh, .at = 2 * kStep - 1ns});
  planner.add("late high", {.priority = Priority::kHigh, .at = 2 * kStep + 2ns});
  for (const char* next : {"high", "low", "normal", "late high"}) EXPECT_EQ(planner.plan(3 * kStep), next);
}

TEST(BatchPlannerOrder, AmongKeysTheOneWithTheFirstItemByRankIsNext) {
  TestPlanner planner;
  planner.add("a", {.key = 1, .at = 1ms});
  planner.add("b", {.key = 2, .priority = Priority::kHigh, .at = 3ms});
  planner.add("c", {.key = 3, .at = 0ms});
  planner.add("a low", {.key = 1, .priority = Priority::kLow, .at = 4ms});
  for (const char* next : {"b", "c", "a a low"}) EXPECT_EQ(planner.plan(4ms), next);
}

TEST(BatchPlannerOrder, AKeyIsRankedByWhatIsLeftOfIt) {
  TestPlanner planner({.max_size = 1});
  planner.add("a1", {.key = 1, .priority = Priority::kHigh});
  planner.add("a2", {.key = 1, .at = 2ms});
  planner.add("b", {.key = 2, .at = 1ms});
  for (const char* next : {"a1", "b", "a2"}) EXPECT_EQ(planner.plan(2ms), next);
}

TEST(BatchPlannerOrder, AnItemThatDoesNotFitIsNotOvertakenByASmallerOne) {
  TestPlanner planner({.max_size = 8});
  planner.add("a", {.rows = 5});
  planner.add("b", {.rows = 4});
  planner.add("c", {.rows = 1});
  EXPECT_EQ(planner.plan(), "a");
  EXPECT_EQ(planner.plan(), "b c");
}

}  // namespace
}  // namespace ntrt
