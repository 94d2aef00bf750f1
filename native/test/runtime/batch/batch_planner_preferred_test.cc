// Preferred sizes: a batch of one of them does not wait, and what is too much for it is left for the next.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::TestPlanner;

BatchLimits prefer(std::vector<size_t> sizes, Clock::duration max_delay = 10ms, size_t max_size = 16) {
  return {.max_size = max_size, .max_delay = max_delay, .preferred_sizes = std::move(sizes)};
}

TEST(BatchPlannerPreferredSizes, ABatchOfThatSizeDoesNotWait) {
  TestPlanner planner(prefer({4, 8}));
  planner.add_all({"a", "b", "c"});
  EXPECT_EQ(planner.plan(), "");
  planner.add("d");
  EXPECT_EQ(planner.plan(), "a b c d");
}

TEST(BatchPlannerPreferredSizes, TheLargestThatTheItemsMakeExactlyIsTaken) {
  TestPlanner planner(prefer({2, 4, 8}));
  planner.add("a", {.rows = 2});
  planner.add("b", {.rows = 2});
  planner.add("c", {.rows = 3});
  EXPECT_EQ(planner.plan(), "a b");
  EXPECT_EQ(planner.plan(), "c") << "more than the smallest, and no prefix of a preferred size";
}

TEST(BatchPlannerPreferredSizes, WhatIsLeftWaitsItsWindow) {
  TestPlanner planner(prefer({4}));
  planner.add_all({"a", "b", "c"});
  planner.add_all({"d", "e", "f"}, {.at = 2ms});
  EXPECT_EQ(planner.plan(2ms), "a b c d");
  EXPECT_EQ(planner.plan(2ms), "");
  EXPECT_EQ(planner.next_start(), "12");
  EXPECT_EQ(planner.plan(12ms), "e f");
}

TEST(BatchPlannerPreferredSizes, WithoutADelayWhatIsLeftStartsNext) {
  TestPlanner planner(prefer({2, 4}, 0ms));
  planner.add_all({"a", "b", "c", "d", "e"});
  EXPECT_EQ(planner.plan(), "a b c d");
  EXPECT_EQ(planner.plan(), "e");
}

TEST(BatchPlannerPreferredSizes, AtTheEndOfTheWindowFewerRowsStartAllTogether) {
  TestPlanner planner(prefer({4}));
  planner.add_all({"a", "b", "c"});
  EXPECT_EQ(planner.plan(10ms), "a b c");
}

TEST(BatchPlannerPreferredSizes, EvenAFullBatchIsCutToOne) {
  TestPlanner planner(prefer({2}, 10ms, 5));
  planner.add_all({"a", "b", "c", "d", "e"});
  EXPECT_EQ(planner.plan(), "a b");
  EXPECT_EQ(planner.plan(), "c d");
  EXPECT_EQ(planner.plan(), "");
  EXPECT_EQ(planner.plan(10ms), "e");
}

TEST(BatchPlannerPreferredSizes, ItemsThatFitAreNotSplitToReachOne) {
  TestPlanner planner(prefer({4}));
  planner.add("a", {.rows = 3});
  planner.add("b", {.rows = 3});
  EXPECT_EQ(planner.plan(10ms), "a b");
}

TEST(BatchPlannerPreferredSizes, ALargeItemIsCutIntoTheLargestOfThem) {
  TestPlanner planner(prefer({4, 8}, 0ms, 10));
  planner.add("a", {.rows = 3});
  planner.add("big", {.rows = 20});
  EXPECT_EQ(planner.plan(), "a big[0,5)");
  EXPECT_EQ(planner.plan(), "big[5,13)");
  EXPECT_EQ(planner.plan(), "big[13,20)");
}

TEST(BatchPlannerPreferredSizes, BehindMoreThanTheLargestALargeItemFillsTheBatch) {
  TestPlanner planner(prefer({4}, 0ms, 10));
  planner.add("a", {.rows = 5});
  planner.add("big", {.rows = 20});
  EXPECT_EQ(planner.plan(), "a big[0,5)");
}

}  // namespace
}  // namespace ntrt
