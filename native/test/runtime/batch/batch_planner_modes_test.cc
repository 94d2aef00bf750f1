// While more is being gathered, only full batches start; when nothing more comes, everything does.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::expect_all_gone;
using testing::TestPlanner;

constexpr auto kGathering = PlanMode::kGathering;
constexpr auto kDraining = PlanMode::kDraining;

TEST(BatchPlannerGathering, OnlyFullBatchesStart) {
  TestPlanner planner({.max_size = 3});
  planner.add_all({"a", "b"});
  EXPECT_EQ(planner.next_start(kGathering), "never");
  EXPECT_EQ(planner.plan(1s, kGathering), "");
  planner.add_all({"c", "d"});
  EXPECT_EQ(planner.next_start(kGathering), "now");
  EXPECT_EQ(planner.plan(1s, kGathering), "a b c");
  EXPECT_EQ(planner.plan(1s, kGathering), "");
  EXPECT_EQ(planner.plan(1s), "d");
}

TEST(BatchPlannerGathering, ItemsThatMeetNobodyStart) {
  TestPlanner planner({.max_size = 3});
  planner.add("a");
  planner.add("s", {.at = 1ms, .solo = true});
  EXPECT_EQ(planner.plan(1ms, kGathering), "s");
  EXPECT_EQ(planner.plan(1ms, kGathering), "");
}

TEST(BatchPlannerGathering, APreferredSizeIsNotEnough) {
  TestPlanner planner({.max_size = 8, .preferred_sizes = {2}});
  planner.add_all({"a", "b"});
  EXPECT_EQ(planner.plan({}, kGathering), "");
  EXPECT_EQ(planner.plan(), "a b");
}

TEST(BatchPlannerGathering, AFullBatchStartsPastAKeyThatIsAheadOfIt) {
  TestPlanner planner({.max_size = 2});
  planner.add("a", {.key = 1});
  planner.add_all({"b", "c"}, {.key = 2, .at = 1ms});
  EXPECT_EQ(planner.plan(1ms, kGathering), "b c");
}

TEST(BatchPlannerGathering, ABatchThatIsNoLongerFullDoesNotStart) {
  TestPlanner planner({.max_size = 2});
  planner.add_all({"a", "b"});
  EXPECT_EQ(planner.next_start(kGathering), "now");
  planner.remove("a");
  EXPECT_EQ(planner.next_start(kGathering), "never");
  EXPECT_EQ(planner.plan({}, kGathering), "");
}

TEST(BatchPlannerGathering, AWindowThatEndsMeanwhileStartsAfterwards) {
  TestPlanner planner({.max_size = 4, .max_delay = 10ms});
  planner.add("a");
  EXPECT_EQ(planner.plan(20ms, kGathering), "");
  EXPECT_EQ(planner.plan(20ms), "a");
}

TEST(BatchPlannerDraining, EverythingStartsWithoutWaiting) {
  TestPlanner planner({.max_size = 4, .max_delay = 10s, .preferred_sizes = {4}});
  planner.add_all({"a", "b"}, {.key = 1, .at = 1ms});
  planner.add("c", {.key = 2});
  EXPECT_EQ(planner.next_start(), "10000");
  EXPECT_EQ(planner.next_start(kDraining), "now");
  EXPECT_EQ(planner.plan(1ms, kDraining), "c");
  EXPECT_EQ(planner.plan(1ms, kDraining), "a b");
  EXPECT_EQ(planner.plan(1ms, kDraining), "");
  expect_all_gone(*planner);
}

TEST(BatchPlannerDraining, RankAndSizesStillHold) {
  TestPlanner planner({.max_size = 2, .max_delay = 10s});
  planner.add_all({"a", "b", "c"}, {.key = 1});
  planner.add("d", {.key = 2, .priority = Priority::kHigh, .at = 1ms});
  planner.add("big", {.key = 3, .rows = 3, .at = 2ms});
  for (const char* next : {"d", "a b", "c", "big[0,2)", "big[2,3)"}) EXPECT_EQ(planner.plan(2ms, kDraining), next);
}

TEST(BatchPlannerDraining, WhatCannotEndInTimeIsStillGivenUp) {
  TestPlanner planner({.max_size = 4, .max_delay = 10s});
  planner.add("a", {.deadline = 5ms, .expected_run = 3ms});
  planner.add("b");
  EXPECT_EQ(planner.plan(4ms, kDraining), "b !a");
  expect_all_gone(*planner);
}

}  // namespace
}  // namespace ntrt
