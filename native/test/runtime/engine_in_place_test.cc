// try_run_in_place(): only on an idle engine, only what was measured to be quick, only within the budget.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::fake_options;
using testing::FakeEngine;

constexpr Clock::duration kPlenty = std::chrono::hours(1);

EngineOptions patient(int64_t inline_below_us = 3'600'000'000) {
  EngineOptions options = fake_options();
  options.inline_below_us = inline_below_us;
  return options;
}

/// Runs once on the lane, so that the engine knows how long this shape takes.
void teach(FakeEngine& engine, uint64_t tag = 0) {
  const size_t before = engine.sink().count();
  engine.submit(tag);
  engine.sink().wait(before + 1);
}

bool runs_in_place(FakeEngine& engine, Clock::duration budget = kPlenty) {
  return engine->try_run_in_place(*engine.request(9), budget).has_value();
}

TEST(EngineInPlace, RunsAShapeThatWasMeasured) {
  FakeEngine engine(patient());
  EXPECT_FALSE(runs_in_place(engine)) << "nothing is known yet";
  EXPECT_EQ(engine->counters().accepted, 0U);
  teach(engine);
  std::thread::id runner;
  engine.script().set_action([&](auto, auto) { runner = std::this_thread::get_id(); });
  const auto took = engine->try_run_in_place(*engine.request(1), kPlenty);
  ASSERT_TRUE(took.has_value());
  EXPECT_GT(*took, Clock::duration::zero());
  EXPECT_EQ(runner, std::this_thread::get_id());
  EXPECT_EQ(engine->counters().in_place, 1U);
  EXPECT_EQ(engine->counters().accepted, 2U);
  EXPECT_EQ(engine->counters().completed, 2U);
  EXPECT_EQ(engine.sink().count(), 1U) << "only the one on the lane";
}

TEST(EngineInPlace, ABlockingRunTeachesToo) {
  FakeEngine engine(patient());
  engine->run_blocking(*engine.request(1));
  EXPECT_TRUE(runs_in_place(engine));
}

TEST(EngineInPlace, EveryShapeIsLearntByItself) {
  FakeEngine engine(patient());
  teach(engine);
  EXPECT_EQ(engine->try_run_in_place(*engine.request(1, 8, 77), kPlenty), std::nullopt);
  EXPECT_TRUE(runs_in_place(engine));
}

TEST(EngineInPlace, NeedsAnIdleEngine) {
  FakeEngine engine(patient());
  teach(engine);
  engine.submit_blocked(1);
  EXPECT_FALSE(runs_in_place(engine)) << "the only instance is busy";
  engine.submit(2);
  EXPECT_FALSE(runs_in_place(engine)) << "a request waits";
  engine.script().open_gate();
  engine.sink().wait(3);
  EXPECT_TRUE(runs_in_place(engine));
}

TEST(EngineInPlace, OneBusyInstanceOfTwoIsNotIdle) {
  EngineOptions options = patient();
  options.instances = 2;
  FakeEngine engine(options);
  teach(engine);
  engine.submit_blocked(1);
  EXPECT_FALSE(runs_in_place(engine));
}

TEST(EngineInPlace, StaysWithinBudgetAndLimit) {
  FakeEngine engine(patient());
  teach(engine);
  EXPECT_FALSE(runs_in_place(engine, Clock::duration::zero()));
  EXPECT_FALSE(runs_in_place(engine, -kPlenty));
  EXPECT_FALSE(runs_in_place(engine, Clock::duration(1))) << "no run takes less than a nanosecond";
  EXPECT_TRUE(runs_in_place(engine));

  FakeEngine never(patient(0));
  teach(never);
  EXPECT_FALSE(runs_in_place(never));
}

TEST(EngineInPlace, AFailureReachesTheCallerAndTeachesNothing) {
  FakeEngine engine(patient());
  teach(engine);
  engine.script().set_action([](auto, auto) { throw Error(Code::kBackendError, "x"); });
  EXPECT_EQ(code_of([&] { runs_in_place(engine); }), Code::kBackendError);
  EXPECT_EQ(engine->counters().failed, 1U);
  EXPECT_EQ(engine->counters().in_place, 1U);
  engine.script().set_action({});
  EXPECT_TRUE(runs_in_place(engine));
}

TEST(EngineInPlace, OfAClosedEngineIsRefused) {
  FakeEngine engine(patient());
  teach(engine);
  engine.close();
  EXPECT_EQ(code_of([&] { runs_in_place(engine); }), Code::kNotOpen);
}

TEST(EngineInPlace, MoreShapesThanAreRememberedDoNoHarm) {
  FakeEngine engine(patient());
  for (int64_t dim = 1; dim <= 600; ++dim) engine->run_blocking(*engine.request(1, 8, dim));
  EXPECT_TRUE(engine->try_run_in_place(*engine.request(1, 8, 600), kPlenty).has_value()) << "the newest is known";
  EXPECT_EQ(engine->try_run_in_place(*engine.request(1, 8, 1), kPlenty), std::nullopt) << "the oldest is not";
}

}  // namespace
}  // namespace ntrt
