// Batches that are smaller than they may be, because rows get dearer in larger ones.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using std::chrono::milliseconds;
using testing::TestPlanner;

TEST(BatchPlannerBestSize, IsWhatABatchHas) {
  TestPlanner planner({.max_size = 8});
  planner.add_all({"a", "b", "c", "d", "e"}, {.best_size = 2});
  EXPECT_EQ(planner.plan(), "a b");
  EXPECT_EQ(planner.plan(), "c d");
  EXPECT_EQ(planner.plan(), "e");
}

TEST(BatchPlannerBestSize, IsThatOfTheNewestItem) {
  TestPlanner planner({.max_size = 8});
  planner.add_all({"a", "b", "c"}, {.best_size = 2});
  planner.add("d");
  EXPECT_EQ(planner.plan(), "a b c d");
  planner.add_all({"e", "f", "g"}, {.best_size = 3});
  planner.add("h", {.best_size = 1});
  EXPECT_EQ(planner.plan(), "e");
}

TEST(BatchPlannerBestSize, IsNoMoreThanTheLimit) {
  TestPlanner planner({.max_size = 2});
  planner.add_all({"a", "b", "c"}, {.best_size = 8});
  EXPECT_EQ(planner.plan(), "a b");
}

TEST(BatchPlannerBestSize, NeverSplitsWhatFitsTheLimit) {
  TestPlanner planner({.max_size = 8});
  planner.add("large", {.rows = 6, .best_size = 2});
  planner.add("small", {.best_size = 2});
  EXPECT_EQ(planner.plan(), "large");
  EXPECT_EQ(planner.plan(), "small");
}

TEST(BatchPlannerBestSize, IsTheSizeOfThePartsOfALargerItem) {
  TestPlanner planner({.max_size = 8});
  planner.add("large", {.rows = 9, .best_size = 4});
  EXPECT_EQ(planner.plan(), "large[0,4)");
  EXPECT_EQ(planner.plan(), "large[4,9)") << "what is left fits the limit, and is not split";
}

TEST(BatchPlannerBestSize, StartsWithoutWaiting) {
  TestPlanner planner({.max_size = 8, .max_delay = milliseconds(100)});
  planner.add("a", {.best_size = 2});
  EXPECT_EQ(planner.next_start(), "100");
  planner.add("b", {.best_size = 2});
  EXPECT_EQ(planner.next_start(), "now");
  EXPECT_EQ(planner.plan({}, PlanMode::kGathering), "a b");
}

TEST(BatchPlannerBestSize, DoesNotMatterWherePreferredSizesWereChosen) {
  TestPlanner planner({.max_size = 8, .preferred_sizes = {4}});
  planner.add_all({"a", "b", "c", "d", "e"}, {.best_size = 2});
  EXPECT_EQ(planner.plan(), "a b c d");
}

}  // namespace
}  // namespace ntrt
