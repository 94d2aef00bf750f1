// Deadlines: what cannot end in time is given up instead of being started, and what can is not held back too long.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::expect_all_gone;
using testing::ItemSpec;
using testing::TestPlanner;

constexpr ItemSpec until(Clock::duration deadline, Clock::duration expected_run = {}) {
  return {.deadline = deadline, .expected_run = expected_run};
}

TEST(BatchPlannerDeadline, AnItemThatEndsExactlyInTimeIsStarted) {
  TestPlanner planner;
  planner.add("a", until(10ms, 4ms));
  EXPECT_EQ(planner.plan(6ms), "a");
}

TEST(BatchPlannerDeadline, AnItemThatWouldEndTooLateIsGivenUp) {
  TestPlanner planner;
  const auto& a = planner.add("a", until(10ms, 4ms));
  EXPECT_EQ(planner.plan(6ms + 1ns), "!a");
  EXPECT_EQ(a.bucket, nullptr);
  EXPECT_EQ(a.rows_planned, 0U);
  expect_all_gone(*planner);
}

TEST(BatchPlannerDeadline, ARunThatIsLongerThanTimeItselfIsGivenUp) {
  TestPlanner planner;
  planner.add("a", until(10ms, std::chrono::hours(2000)));
  EXPECT_EQ(planner.plan(), "!a");
}

TEST(BatchPlannerDeadline, OthersOfTheBatchTakeThePlaceOfWhatIsGivenUp) {
  TestPlanner planner({.max_size = 2});
  planner.add("a", until(1ms));
  planner.add("b");
  planner.add("c", until(1ms));
  planner.add_all({"d", "e"});
  EXPECT_EQ(planner.plan(2ms), "b d !a !c");
  EXPECT_EQ(planner.plan(2ms), "e");
}

TEST(BatchPlannerDeadline, WhatIsGivenUpIsNotCountedAsRowsOfTheBatch) {
  TestPlanner planner({.max_size = 8, .preferred_sizes = {4}});
  planner.add("a", {.rows = 3, .deadline = 1ms});
  planner.add("b", {.rows = 4});
  planner.add("c", {.rows = 2});
  EXPECT_EQ(planner.plan(2ms), "b !a");
}

TEST(BatchPlannerDeadline, WhatIsNotReachedIsGivenUpLater) {
  TestPlanner planner({.max_size = 1});
  planner.add_all({"a", "b"});
  planner.add("c", until(1ms));
  EXPECT_EQ(planner.plan(2ms), "a");
  EXPECT_EQ(planner.plan(2ms), "b !c") << "it stood next to it";
}

TEST(BatchPlannerDeadline, OnePlanGivesUpSomeAndTheNextOnesTheRest) {
  TestPlanner planner;
  for (int i = 0; i < 150; ++i) planner.add("x", until(1ms));
  planner.add("a");
  BatchPlan plan;
  size_t given_up = 0;
  size_t plans = 0;
  while (plan.slices.empty() && plans < 150) {
    planner->plan(testing::kStart + 2ms, PlanMode::kNormal, plan);
    given_up += plan.expired.size();
    ++plans;
  }
  EXPECT_EQ(given_up, 150U);
  EXPECT_EQ(testing::to_text(plan).substr(0, 1), "a");
  EXPECT_LE(plans, 4U);
  expect_all_gone(*planner);
}

TEST(BatchPlannerDeadline, TheRestOfAPartlyPlannedItemIsGivenUp) {
  TestPlanner planner({.max_size = 4});
  const auto& big = planner.add("big", {.rows = 10, .deadline = 10ms, .expected_run = 2ms, .expected_cost = 50ms});
  EXPECT_EQ(planner.plan(8ms), "big[0,4)");
  EXPECT_EQ(planner.plan(9ms), "!big");
  EXPECT_EQ(big.rows_planned, 4U) << "what has been started";
  expect_all_gone(*planner);
}

TEST(BatchPlannerDeadline, SoloItemsHaveThemToo) {
  TestPlanner planner;
  planner.add("a", {.deadline = 1ms, .solo = true});
  planner.add("b", {.solo = true});
  EXPECT_EQ(planner.plan(2ms), "b !a");
}

TEST(BatchPlannerDeadline, AnUrgentItemEndsTheWindowEarly) {
  TestPlanner planner({.max_delay = 100ms});
  planner.add("a");
  planner.add("urgent", {.at = 1ms, .deadline = 27ms, .expected_run = 10ms});
  planner.add("b", {.at = 2ms});
  EXPECT_EQ(planner.plan(14ms), "");
  EXPECT_EQ(planner.next_start(), "15") << "an eighth, which is kWakeUpMargin here, before it must";
  EXPECT_EQ(planner.plan(16ms), "a urgent b");
}

TEST(BatchPlannerDeadline, AThreadThatWakesUpALittleLateStillStartsAnUrgentItem) {
  TestPlanner planner({.max_delay = 100ms});
  planner.add("urgent", until(30ms, 10ms));
  const auto start = planner->next_start(PlanMode::kNormal) - testing::kStart;
  EXPECT_EQ(planner.plan(start + BatchPlanner::kWakeUpMargin), "urgent");
}

TEST(BatchPlannerDeadline, ADeadlineAfterTheWindowChangesNothing) {
  TestPlanner planner({.max_delay = 10ms});
  planner.add("a", until(200ms, 20ms));
  EXPECT_EQ(planner.next_start(), "10");
}

TEST(BatchPlannerDeadline, WhenTheUrgentItemHasGoneTheOthersWaitTheirWindow) {
  TestPlanner planner({.max_size = 2, .max_delay = 100ms});
  planner.add("urgent", until(30ms));
  planner.add_all({"a", "b"}, {.at = 1ms});
  EXPECT_EQ(planner.plan(1ms), "urgent a");
  EXPECT_EQ(planner.next_start(), "101");
}

}  // namespace
}  // namespace ntrt
