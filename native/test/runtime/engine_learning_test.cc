// What the engine believes about run times. Runs that must be slow watch the clock, which only makes them long enough.

#include <gtest/gtest.h>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using std::chrono::milliseconds;
using testing::FakeEngine;

constexpr milliseconds kLimit{4};
constexpr int kManyRuns = 200;  // more than enough for a few halvings, however busy the machine is

EngineOptions options() {
  EngineOptions result = testing::fake_options();
  result.inline_below_us = std::chrono::microseconds(kLimit).count();
  return result;
}

void run_on_lane(FakeEngine& engine) {
  const size_t before = engine.sink().count();
  engine.submit(1);
  engine.sink().wait(before + 1);
}

void be_slow(FakeEngine& engine, Clock::duration at_least) {
  engine.script().set_action([at_least](auto, auto) {
    const auto end = Clock::now() + at_least;
    while (Clock::now() < end) {
    }
  });
}

void run_slowly(FakeEngine& engine, Clock::duration at_least) {
  be_slow(engine, at_least);
  run_on_lane(engine);
  engine.script().set_action({});
}

bool is_run_in_place(FakeEngine& engine) {
  return engine->try_run_in_place(*engine.request(2), std::chrono::hours(1)).has_value();
}

/// Runs on the lane until the engine is believed to be quick; fails after kManyRuns.
int runs_until_in_place(FakeEngine& engine) {
  for (int i = 0; i < kManyRuns; ++i) {
    if (is_run_in_place(engine)) return i;
    run_on_lane(engine);
  }
  ADD_FAILURE() << "still slow after " << kManyRuns << " quick runs";
  return kManyRuns;
}

TEST(EngineLearning, ASlowFirstRunKeepsTheSecondOnTheLane) {
  FakeEngine engine(options());
  run_slowly(engine, kLimit * 4);
  EXPECT_FALSE(is_run_in_place(engine));
}

TEST(EngineLearning, ASlowFirstRunIsForgottenAfterAFewQuickOnes) {
  FakeEngine engine(options());
  run_slowly(engine, kLimit * 4);
  EXPECT_GE(runs_until_in_place(engine), 2) << "16 ms, 8 ms, 4 ms: halved by each quick run";
}

TEST(EngineLearning, ASpikeSendsRunsToTheLaneAndDecays) {
  FakeEngine engine(options());
  runs_until_in_place(engine);
  run_slowly(engine, kLimit * 12);  // an eighth of it is believed
  EXPECT_FALSE(is_run_in_place(engine));
  runs_until_in_place(engine);
}

TEST(EngineLearning, AShortSpikeIsBelievedOnlyByAnEighth) {
  EngineOptions generous = testing::fake_options();
  generous.inline_below_us = std::chrono::microseconds(std::chrono::minutes(1)).count();
  FakeEngine engine(generous);
  run_on_lane(engine);
  run_slowly(engine, kLimit);
  EXPECT_TRUE(is_run_in_place(engine));
}

TEST(EngineLearning, ALastingSlowdownIsBelievedAfterAFewRuns) {
  FakeEngine engine(options());
  runs_until_in_place(engine);
  be_slow(engine, kLimit * 2);
  int slow_runs = 0;
  while (slow_runs < kManyRuns && is_run_in_place(engine)) ++slow_runs;
  EXPECT_LE(slow_runs, 6) << "an eighth of twice the limit with each run";
}

}  // namespace
}  // namespace ntrt
