// What the planner says of its queue: items, rows, age, and the time that running it takes.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::expect_all_gone;
using testing::kStart;
using testing::TestPlanner;

TEST(BatchPlannerCounts, StartAtNothing) { expect_all_gone(BatchPlanner()); }

TEST(BatchPlannerCounts, RowsWaitAreThoseOfTheKey) {
  TestPlanner planner({.max_size = 4});
  planner.add("a", {.key = 1, .rows = 3});
  planner.add("b", {.key = 1, .rows = 2});
  planner.add("c", {.key = 2, .rows = 1});
  planner.add("s", {.rows = 7, .solo = true});
  EXPECT_EQ(planner->rows_waiting({1}), 5U);
  EXPECT_EQ(planner->rows_waiting({2}), 1U);
  EXPECT_EQ(planner->rows_waiting({3}), 0U);
  EXPECT_EQ(planner->rows_waiting({}), 0U) << "solo items meet nobody";
  EXPECT_EQ(planner->num_items(), 4U);
}

TEST(BatchPlannerCounts, TheBacklogIsThatOfAPriorityAndThoseBeforeIt) {
  TestPlanner planner;
  planner.add("h", {.key = 1, .priority = Priority::kHigh, .expected_cost = 1ms});
  planner.add("n", {.key = 2, .priority = Priority::kNormal, .expected_cost = 10ms});
  planner.add("l", {.priority = Priority::kLow, .expected_cost = 100ms, .solo = true});
  EXPECT_EQ(planner->backlog(Priority::kHigh), 1ms);
  EXPECT_EQ(planner->backlog(Priority::kNormal), 11ms);
  EXPECT_EQ(planner->backlog(Priority::kLow), 111ms);
  for (int i = 0; i < 3; ++i) planner.plan();
  expect_all_gone(*planner);
}

TEST(BatchPlannerCounts, ThePartOfAnItemThatIsPlannedIsNoBacklog) {
  TestPlanner planner({.max_size = 25});
  planner.add("big", {.rows = 100, .expected_cost = 100ms});
  for (const auto left : {75ms, 50ms, 25ms, 0ms}) {
    planner.plan();
    EXPECT_EQ(planner->backlog(Priority::kNormal), left);
  }
}

TEST(BatchPlannerCounts, WhatDoesNotDivideEvenlyAddsUp) {
  TestPlanner planner({.max_size = 3});
  planner.add("big", {.rows = 101, .expected_cost = 1000003ns});
  while (!planner->empty()) planner.plan();
  expect_all_gone(*planner);
}

// Some hours for some million rows: their product is more than 64 bits hold.
TEST(BatchPlannerCounts, TheBacklogOfAHugeItemIsRight) {
  TestPlanner planner({.max_size = 5000000});
  planner.add("huge", {.rows = 10000000, .expected_cost = 4h});
  EXPECT_EQ(planner->backlog(Priority::kNormal), 4h);
  EXPECT_EQ(planner.plan(), "huge[0,5000000)");
  EXPECT_EQ(planner->backlog(Priority::kNormal), 2h);
  planner.plan();
  expect_all_gone(*planner);
}

TEST(BatchPlannerCounts, OldestIsThatOfAllKeysAndPriorities) {
  TestPlanner planner({.max_size = 4, .max_delay = 1s});
  planner.add("high", {.key = 1, .priority = Priority::kHigh, .at = 5ms});
  planner.add("low", {.key = 1, .priority = Priority::kLow, .at = 3ms});
  planner.add("other", {.key = 2, .at = 2ms});
  planner.add("solo", {.at = 1ms, .solo = true});
  EXPECT_EQ(planner->oldest(), kStart + 1ms);
  planner.remove("solo");
  EXPECT_EQ(planner->oldest(), kStart + 2ms);
  planner.remove("other");
  EXPECT_EQ(planner->oldest(), kStart + 3ms);
  planner.remove("low");
  EXPECT_EQ(planner->oldest(), kStart + 5ms);
}

}  // namespace
}  // namespace ntrt
