// Items that are taken back, and what is counted of those that are there.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::expect_all_gone;
using testing::TestPlanner;

TEST(BatchPlannerRemove, TheOthersKeepTheirOrder) {
  TestPlanner planner;
  planner.add_all({"a", "b", "c", "d"});
  planner.remove("a");
  planner.remove("c");
  EXPECT_EQ(planner.plan(), "b d");
}

TEST(BatchPlannerRemove, TheItemIsNoLongerInAQueueAndMayBeAddedAgain) {
  TestPlanner planner;
  auto item = testing::make_item("a", {.rows = 3});
  planner->add(item);
  planner->remove(*item);
  EXPECT_EQ(item->bucket, nullptr);
  EXPECT_EQ(item.use_count(), 1);
  expect_all_gone(*planner);
  planner->add(item);
  EXPECT_EQ(planner.plan(), "a");
}

TEST(BatchPlannerRemove, TheWindowIsThatOfTheOldestThatIsLeft) {
  TestPlanner planner({.max_delay = 10ms});
  planner.add("a");
  planner.add("b", {.at = 4ms});
  planner.remove("a");
  EXPECT_EQ(planner.next_start(), "14");
  planner.remove("b");
  EXPECT_EQ(planner.next_start(), "never");
}

TEST(BatchPlannerRemove, AWindowThatHadEndedForTheOneRemovedIsNotOverForTheOthers) {
  TestPlanner planner({.max_delay = 10ms});
  planner.add("first", {.key = 2});
  planner.add("a", {.key = 1, .at = 1ms});
  planner.add("b", {.key = 1, .at = 9ms});
  EXPECT_EQ(planner.plan(12ms), "first");
  EXPECT_EQ(planner.next_start(), "now") << "a's window has ended too";
  planner.remove("a");
  EXPECT_EQ(planner.next_start(), "19");
}

TEST(BatchPlannerRemove, ABatchThatWasFullWaitsAgain) {
  TestPlanner planner({.max_size = 2, .max_delay = 10ms});
  planner.add_all({"a", "b"});
  planner.remove("b");
  EXPECT_EQ(planner.plan(), "");
  EXPECT_EQ(planner.plan(10ms), "a");
}

TEST(BatchPlannerRemove, OfAPartlyPlannedItemTheRestIsTakenOut) {
  TestPlanner planner({.max_size = 4});
  const auto& big = planner.add("big", {.rows = 10, .expected_cost = 100ms});
  planner.add("a", {.expected_cost = 1ms});
  EXPECT_EQ(planner.plan(), "big[0,4)");
  planner.remove("big");
  EXPECT_EQ(big.rows_planned, 4U);
  EXPECT_EQ(planner->rows_waiting({1}), 1U);
  EXPECT_EQ(planner->backlog(Priority::kNormal), 1ms);
  EXPECT_EQ(planner.plan(), "a");
  expect_all_gone(*planner);
}

TEST(BatchPlannerRemove, ASoloItemToo) {
  TestPlanner planner;
  planner.add_all({"a", "b"}, {.solo = true});
  planner.remove("a");
  EXPECT_EQ(planner.plan(), "b");
  expect_all_gone(*planner);
}

TEST(BatchPlannerTakeFirst, TakesThemOneByOneAndReturnsNullAtTheEnd) {
  TestPlanner planner({.max_size = 4, .max_delay = 10ms});
  EXPECT_EQ(planner->take_first(), nullptr);
  planner.add("waits", {.key = 1, .expected_cost = 1ms});
  planner.add("big", {.key = 2, .rows = 6, .at = 1ms, .expected_cost = 1ms});
  planner.add("high", {.key = 2, .priority = Priority::kHigh, .at = 1ms, .expected_cost = 1ms});
  for (const char* next : {"high", "big", "waits"}) {
    const auto item = planner->take_first();
    ASSERT_NE(item, nullptr);
    EXPECT_EQ(static_cast<testing::NamedItem&>(*item).name, next);
    EXPECT_EQ(item->bucket, nullptr);
  }
  EXPECT_EQ(planner->take_first(), nullptr);
  expect_all_gone(*planner);
}

TEST(BatchPlannerTakeFirst, OfAPartlyPlannedItemTakesTheRest) {
  TestPlanner planner({.max_size = 4});
  planner.add("big", {.rows = 6, .expected_cost = 1s});
  planner.plan();
  const auto item = planner->take_first();
  ASSERT_NE(item, nullptr);
  EXPECT_EQ(item->rows_planned, 4U);
  expect_all_gone(*planner);
}

}  // namespace
}  // namespace ntrt
