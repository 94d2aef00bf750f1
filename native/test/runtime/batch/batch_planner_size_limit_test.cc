// Batches that are smaller than they may be, because their caller says so when they start.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using std::chrono::milliseconds;
using testing::TestPlanner;

/// Plans at the start, with a limit for this batch only.
std::string plan(TestPlanner& planner, size_t limit) {
  return planner.plan({}, PlanMode::kNormal, [limit](const PlanItem& /*first*/) { return limit; });
}

TEST(BatchPlannerSizeLimit, IsForOneBatch) {
  TestPlanner planner({.max_size = 8});
  planner.add_all({"a", "b", "c", "d", "e", "f"});
  EXPECT_EQ(plan(planner, 2), "a b");
  EXPECT_EQ(plan(planner, 1), "c");
  EXPECT_EQ(planner.plan(), "d e f");
}

TEST(BatchPlannerSizeLimit, OfNothingOrMoreIsThatOfAll) {
  TestPlanner planner({.max_size = 2});
  planner.add_all({"a", "b", "c", "d", "e"});
  EXPECT_EQ(plan(planner, 8), "a b");
  EXPECT_EQ(plan(planner, 0), "c d");
}

TEST(BatchPlannerSizeLimit, IsAskedWithTheFirstItemOfTheBatch) {
  TestPlanner planner;
  planner.add("later", {.key = 1, .at = milliseconds(1)});
  planner.add("first", {.key = 2});
  planner.add("second", {.key = 2});
  std::vector<const PlanItem*> asked;
  planner.plan({}, PlanMode::kNormal, [&](const PlanItem& first) {
    asked.push_back(&first);
    EXPECT_EQ(static_cast<const testing::NamedItem&>(first).name, "first");
    return 0;
  });
  EXPECT_EQ(asked.size(), 1U);
}

TEST(BatchPlannerSizeLimit, IsNotAskedForItemsThatMeetNobody) {
  TestPlanner planner;
  planner.add("alone", {.solo = true});
  EXPECT_EQ(planner.plan({}, PlanMode::kNormal,
                         [](const PlanItem&) -> size_t {
                           ADD_FAILURE() << "asked";
                           return 0;
                         }),
            "alone");
}

TEST(BatchPlannerSizeLimit, NeverSplitsWhatFitsAnyBatch) {
  TestPlanner planner({.max_size = 8});
  planner.add("large", {.rows = 6});
  planner.add("small");
  EXPECT_EQ(plan(planner, 2), "large");
  EXPECT_EQ(plan(planner, 2), "small");
}

TEST(BatchPlannerSizeLimit, IsTheSizeOfThePartsOfALargerItem) {
  TestPlanner planner({.max_size = 8});
  planner.add("large", {.rows = 9});
  EXPECT_EQ(plan(planner, 4), "large[0,4)");
  EXPECT_EQ(plan(planner, 4), "large[4,9)") << "what is left fits a batch, and is not split";
}

}  // namespace
}  // namespace ntrt
