// However much of a higher priority comes, everything has its turn. Simulated, with one machine and made-up time.

#include <gtest/gtest.h>

#include "test/support/test_planner.h"

namespace ntrt {
namespace {

using namespace std::chrono_literals;
using testing::kStep;
using testing::TestPlanner;

constexpr Clock::duration kRun = 1ms;  // of a batch

/// The time at which `victim` starts while one item of `flood` comes in each of `interval`, and one batch runs at a
/// time; the flood begins `lead` before the victim comes.
Clock::duration start_of(const testing::ItemSpec& victim, testing::ItemSpec flood, Clock::duration interval,
                         Clock::duration lead, size_t max_size) {
  TestPlanner planner({.max_size = max_size});
  Clock::duration next_item{};
  bool added = false;
  for (Clock::duration now{}; now < lead + 10s; now += kRun) {
    for (; next_item <= now; next_item += interval) {
      flood.at = next_item;
      planner.add("flood", flood);
    }
    if (!added && now >= lead) {
      testing::ItemSpec spec = victim;
      spec.at = lead;
      planner.add("victim", spec);
      added = true;
    }
    if (planner.plan(now).find("victim") != std::string::npos) return now - lead;
  }
  return Clock::duration::max();
}

TEST(BatchPlannerStarvation, NormalWaitsForOneStepOfAFloodOfHigh) {
  // One item a millisecond is what can be run: the queue is never empty and never grows.
  const auto wait = start_of({.key = 1}, {.key = 1, .priority = Priority::kHigh}, 1ms, 50ms, 1);
  EXPECT_GE(wait, kStep - kRun);
  EXPECT_LE(wait, kStep + 2 * kRun);
}

TEST(BatchPlannerStarvation, LowWaitsForTwoStepsOfAFloodOfHigh) {
  const auto wait = start_of({.priority = Priority::kLow}, {.priority = Priority::kHigh}, 1ms, 50ms, 1);
  EXPECT_GE(wait, 2 * kStep - kRun);
  EXPECT_LE(wait, 2 * kStep + 2 * kRun);
}

TEST(BatchPlannerStarvation, AnotherKeyIsNoWorseOff) {
  const auto wait =
      start_of({.key = 2, .priority = Priority::kLow}, {.key = 1, .priority = Priority::kHigh}, 1ms, 50ms, 1);
  EXPECT_LE(wait, 2 * kStep + 2 * kRun);
}

TEST(BatchPlannerStarvation, AFloodOfFullBatchesIsNoWorse) {
  const auto wait =
      start_of({.key = 2, .priority = Priority::kLow}, {.key = 1, .priority = Priority::kHigh}, 125us, 50ms, 8);
  EXPECT_LE(wait, 2 * kStep + 2 * kRun);
}

TEST(BatchPlannerStarvation, SoloItemsHaveTheirTurnToo) {
  const auto wait = start_of({.priority = Priority::kLow, .solo = true}, {.priority = Priority::kHigh}, 1ms, 50ms, 1);
  EXPECT_LE(wait, 2 * kStep + 2 * kRun);
}

// More comes than can be run. Then only those wait longer that are behind what came before them.
TEST(BatchPlannerStarvation, UnderOverloadItIsBehindWhatCameUpToTwoStepsAfterIt) {
  constexpr Clock::duration kInterval = 500us;  // twice too much
  constexpr Clock::duration kLead = 100ms;
  const auto wait = start_of({.priority = Priority::kLow}, {.priority = Priority::kHigh}, kInterval, kLead, 1);
  const auto num_ahead = (kLead + 2 * kStep) / kInterval;
  EXPECT_LE(wait, num_ahead * kRun - kLead + 3 * kRun);
  EXPECT_GE(wait, num_ahead * kRun - kLead - 3 * kRun);
}

TEST(BatchPlannerStarvation, ALargeItemIsNotHeldBackByAFloodOfSmallOnesThatWouldFit) {
  const auto wait = start_of({.rows = 8}, {.rows = 3}, 300us, 50ms, 8);
  EXPECT_LE(wait, 200ms) << "it overloads, so some are ahead, but none that came after";
}

}  // namespace
}  // namespace ntrt
