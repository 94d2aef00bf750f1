// A request whose time-out passed in the queue is refused without a run.

#include <gtest/gtest.h>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeEngine;

TEST(EngineDeadline, ThatPassedInTheQueueIsATimeoutWithoutARun) {
  FakeEngine engine;
  engine.submit_blocked(0);
  const auto late = engine.request(1);
  late->deadline = Clock::now();
  engine->submit(late);
  engine.submit(2);
  engine.script().open_gate();
  engine.sink().wait(3);
  EXPECT_EQ(engine.script().order(), (std::vector<int64_t>{0, 2})) << "the late one ran";
  ASSERT_TRUE(late->error.has_value());
  EXPECT_EQ(late->error->code(), Code::kTimeout);
  EXPECT_EQ(engine.sink().ids(), (std::vector<uint64_t>{0, 1, 2}));
  EXPECT_EQ(engine->counters().timed_out, 1U);
  EXPECT_EQ(engine->counters().completed, 2U);
  EXPECT_EQ(engine->counters().failed, 0U);
}

TEST(EngineDeadline, GivesTheInputsBack) {
  const uint64_t before = host_pool().stats().allocated.current;
  FakeEngine engine;
  const auto late = engine.request(1);
  late->deadline = Clock::time_point::min();
  engine->submit(late);
  EXPECT_TRUE(engine.sink().wait(1)->buffers.empty());
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST(EngineDeadline, InTheFutureDoesNotMatter) {
  FakeEngine engine;
  const auto request = engine.request(1);
  request->deadline = Clock::now() + std::chrono::hours(1);
  engine->submit(request);
  EXPECT_FALSE(engine.sink().wait(1)->error.has_value());
}

TEST(EngineDeadline, ThatPassesDuringTheRunKeepsTheResult) {
  FakeEngine engine;
  const auto request = engine.submit_blocked(1);
  request->deadline = Clock::time_point::min();
  engine.script().open_gate();
  EXPECT_FALSE(engine.sink().wait(1)->error.has_value());
  EXPECT_EQ(engine->counters().completed, 1U);
}

TEST(EngineDeadline, ATimeoutDoesNotTeachARunTime) {
  EngineOptions options = testing::fake_options();
  options.inline_below_us = 3'600'000'000;
  FakeEngine engine(options);
  const auto late = engine.request(1);
  late->deadline = Clock::time_point::min();
  engine->submit(late);
  engine.sink().wait(1);
  EXPECT_EQ(engine->try_run_in_place(*engine.request(2), std::chrono::hours(1)), std::nullopt);
}

}  // namespace
}  // namespace ntrt
