// Items meet if their keys are equal; keys that nobody uses any more are forgotten.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace ntrt {
namespace {

using testing::expect_all_gone;
using testing::TestPlanner;

TEST(BatchPlannerKeys, ThatDifferDoNotMeet) {
  TestPlanner planner;
  auto a = testing::make_item("a", {});
  auto b = testing::make_item("b", {});
  auto c = testing::make_item("c", {});
  a->key = {1, 2};
  b->key = {2, 1};
  c->key = {1, 2};
  for (const auto& item : {a, b, c}) planner->add(item);
  EXPECT_EQ(planner.plan(), "a c");
  EXPECT_EQ(planner.plan(), "b");
}

TEST(BatchPlannerKeys, ManyAtOnceAreKeptApart) {
  TestPlanner planner;
  for (int64_t round = 0; round < 2; ++round) {
    for (int64_t key = 0; key < 1000; ++key) planner.add("k" + std::to_string(key), {.key = key});
  }
  for (int64_t key = 0; key < 1000; ++key) {
    const std::string name = "k" + std::to_string(key);
    std::string both = name;
    both.append(" ").append(name);
    ASSERT_EQ(planner.plan(), both);
  }
  expect_all_gone(*planner);
}

TEST(BatchPlannerKeys, OneThatWasForgottenMayComeAgain) {
  TestPlanner planner;
  for (int round = 0; round < 3; ++round) {
    for (int64_t key = 0; key < 100; ++key) planner.add("a", {.key = key});
    for (int64_t key = 0; key < 100; ++key) ASSERT_EQ(planner.plan(), "a");
    expect_all_gone(*planner);
  }
}

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
// Under a sanitizer, whose heap is another, the numbers are 0.
TEST(BatchPlannerKeys, ThatHaveGoneTakeNoMemory) {
  TestPlanner planner;
  const auto use = [&](int64_t from, int64_t to) {
    for (int64_t key = from; key < to; ++key) {
      const auto item = testing::make_item("a", {.key = key});
      planner->add(item);
      key % 2 == 0 ? planner->remove(*item) : static_cast<void>(planner.plan());
    }
  };
  use(0, 1000);
  const size_t before = mallinfo2().uordblks;
  use(1000, 21000);
  EXPECT_LT(mallinfo2().uordblks, before + (size_t{1} << 20)) << "20,000 buckets would take more";
}
#endif

}  // namespace
}  // namespace ntrt
