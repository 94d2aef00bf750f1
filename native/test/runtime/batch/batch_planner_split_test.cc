// Items of more rows than a batch has, and items that meet nobody.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::expect_all_gone;
using testing::TestPlanner;

TEST(BatchPlannerSplit, ALargeItemFillsBatchesAndItsLastRowsMeetOthers) {
  TestPlanner planner({.max_size = 8});
  planner.add("big", {.rows = 20});
  planner.add_all({"a", "b"}, {.rows = 2});
  planner.add("c");
  EXPECT_EQ(planner.plan(), "big[0,8)");
  EXPECT_EQ(planner.plan(), "big[8,16)");
  EXPECT_EQ(planner.plan(), "big[16,20) a b");
  EXPECT_EQ(planner.plan(), "c");
  expect_all_gone(*planner);
}

TEST(BatchPlannerSplit, ItsFirstRowsFillUpWhatIsAheadOfIt) {
  TestPlanner planner({.max_size = 8});
  planner.add("a", {.rows = 3});
  planner.add("big", {.rows = 9});
  EXPECT_EQ(planner.plan(), "a big[0,5)");
  EXPECT_EQ(planner.plan(), "big[5,9)");
}

TEST(BatchPlannerSplit, TwoLargeItemsFollowEachOtherWithoutAGap) {
  TestPlanner planner({.max_size = 8});
  planner.add("x", {.rows = 10});
  planner.add("y", {.rows = 10});
  EXPECT_EQ(planner.plan(), "x[0,8)");
  EXPECT_EQ(planner.plan(), "x[8,10) y[0,6)");
  EXPECT_EQ(planner.plan(), "y[6,10)");
}

TEST(BatchPlannerSplit, AnItemThatFitsIsNeverSplit) {
  TestPlanner planner({.max_size = 8});
  planner.add("a", {.rows = 1});
  planner.add("b", {.rows = 8});
  planner.add("c", {.rows = 5});
  planner.add("d", {.rows = 4});
  for (const char* next : {"a", "b", "c", "d"}) EXPECT_EQ(planner.plan(), next);
}

TEST(BatchPlannerSplit, LastRowsThatFitStayTogetherBehindWhatOvertookThem) {
  TestPlanner planner({.max_size = 8});
  planner.add("big", {.rows = 12});
  EXPECT_EQ(planner.plan(), "big[0,8)");
  planner.add("high", {.rows = 6, .priority = Priority::kHigh});
  EXPECT_EQ(planner.plan(), "high");
  EXPECT_EQ(planner.plan(), "big[8,12)");
}

TEST(BatchPlannerSplit, TheLastRowsWaitTheWindowOfTheirItem) {
  TestPlanner planner({.max_size = 8, .max_delay = 10ms});
  planner.add("big", {.rows = 11, .at = 1ms});
  EXPECT_EQ(planner.plan(1ms), "big[0,8)") << "more than a batch does not wait";
  EXPECT_EQ(planner.next_start(), "11");
  planner.add("a", {.rows = 5, .at = 2ms});
  EXPECT_EQ(planner.plan(2ms), "big[8,11) a") << "they fill a batch";
}

TEST(BatchPlannerSplit, RowsPlannedAreCountedInTheItemAndRowsWaitingInItsKey) {
  TestPlanner planner({.max_size = 8});
  const auto& big = planner.add("big", {.rows = 20});
  EXPECT_EQ(planner->rows_waiting({1}), 20U);
  planner.plan();
  EXPECT_EQ(big.rows_planned, 8U);
  EXPECT_NE(big.bucket, nullptr) << "still queued";
  EXPECT_EQ(planner->rows_waiting({1}), 12U);
  EXPECT_EQ(planner->num_items(), 1U);
  planner.plan();
  planner.plan();
  EXPECT_EQ(big.rows_planned, 20U);
  EXPECT_EQ(big.bucket, nullptr);
}

TEST(BatchPlannerSolo, EachIsABatchOfItsOwnHoweverLarge) {
  TestPlanner planner({.max_size = 4, .max_delay = 10ms});
  planner.add("a", {.solo = true});
  planner.add("b", {.rows = 100, .solo = true});
  EXPECT_EQ(planner.next_start(), "now") << "nobody will join it";
  EXPECT_EQ(planner.plan(), "a");
  EXPECT_EQ(planner.plan(), "b");
  expect_all_gone(*planner);
}

TEST(BatchPlannerSolo, TheyTakeTurnsWithKeysByRank) {
  TestPlanner planner({.max_size = 4});
  planner.add("s1", {.at = 2ms, .solo = true});
  planner.add("a", {.at = 1ms});
  planner.add("b", {.at = 3ms});
  planner.add("s2", {.priority = Priority::kHigh, .at = 3ms, .solo = true});
  for (const char* next : {"s2", "a b", "s1"}) EXPECT_EQ(planner.plan(3ms), next);
}

TEST(BatchPlannerSolo, OneIsNotCutToAPreferredSize) {
  TestPlanner planner({.max_size = 8, .preferred_sizes = {2}});
  planner.add("a", {.rows = 5, .solo = true});
  EXPECT_EQ(planner.plan(), "a");
}

}  // namespace
}  // namespace ntrt
