// A request whose time-out passed in the queue is refused without a run.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeEngine;

/// Queues a request behind one that runs, and lets its deadline pass there.
std::shared_ptr<Request> submit_late(FakeEngine& engine, uint64_t id) {
  auto late = engine.request(id);
  late->deadline = Clock::now() + std::chrono::milliseconds(5);
  engine->submit(late);
  while (Clock::now() < late->deadline) std::this_thread::yield();
  return late;
}

TEST(EngineDeadline, ThatPassedInTheQueueIsATimeoutWithoutARun) {
  FakeEngine engine;
  engine.submit_blocked(0);
  const auto late = submit_late(engine, 1);
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

TEST(EngineDeadline, ThatHasPassedAlreadyIsRefusedAtTheDoor) {
  FakeEngine engine;
  const auto late = engine.request(1);
  late->deadline = Clock::time_point::min();
  EXPECT_EQ(testing::code_of([&] { engine->submit(late); }), Code::kTimeout);
  EXPECT_EQ(engine->counters().rejected[static_cast<size_t>(Refusal::kDeadline)], 1U);
  EXPECT_EQ(engine->counters().accepted, 0U);
}

TEST(EngineDeadline, ThatCannotBeKeptIsRefusedAtTheDoor) {
  FakeEngine engine;
  engine.script().set_action([](auto, auto) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  engine.submit(0);
  engine.sink().wait(1);  // now it is known how long a run takes
  engine.submit_blocked(1);
  for (uint64_t i = 2; i < 6; ++i) engine.submit(i);
  const auto hopeless = engine.request(6);
  hopeless->deadline = Clock::now() + std::chrono::milliseconds(50);  // with five runs ahead of it
  EXPECT_EQ(testing::code_of([&] { engine->submit(hopeless); }), Code::kTimeout);
  const auto urgent = engine.request(7);
  urgent->priority = Priority::kHigh;  // comes before those that wait
  urgent->deadline = Clock::now() + std::chrono::seconds(10);
  engine->submit(urgent);
  engine.script().open_gate();
  engine.sink().wait(7);
  EXPECT_FALSE(urgent->error.has_value());
}

TEST(EngineDeadline, IsRefusedSoonerAfterResultsThatCameLaterThanPredicted) {
  FakeEngine engine;
  engine.script().set_action([](auto, auto) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  engine.submit(0);
  engine.sink().wait(1);  // now it is known how long a run takes
  engine.submit_blocked(1);
  const auto submit_within = [&](uint64_t id, std::chrono::milliseconds timeout) {
    auto request = engine.request(id);
    request->deadline = Clock::now() + timeout;
    engine->submit(request);
    return request;
  };
  const auto first = submit_within(2, std::chrono::milliseconds(200));  // some 40 ms, and a reserve
  EXPECT_GT(first->predicted, Clock::duration::zero());
  first->admitted -= std::chrono::seconds(1);  // as if it had taken so much longer
  engine->delivered(*first);
  EXPECT_EQ(testing::code_of([&] { submit_within(3, std::chrono::milliseconds(60)); }), Code::kTimeout);
  submit_within(4, std::chrono::seconds(10));  // lateness takes half of a time-out at most
  engine.script().open_gate();
  engine.sink().wait(4);
}

TEST(EngineDeadline, ThatCannotBeKeptIsTriedByAnIdleEngine) {
  FakeEngine engine;
  engine.script().set_action([](auto, auto) { std::this_thread::sleep_for(std::chrono::milliseconds(20)); });
  engine.submit(0);
  engine.sink().wait(1);  // now it is known how long a run takes
  const auto hurried = engine.request(1);
  hurried->deadline = Clock::now() + std::chrono::milliseconds(10);
  engine->submit(hurried);
  engine.sink().wait(2);
  EXPECT_EQ(engine->counters().rejected[static_cast<size_t>(Refusal::kDeadline)], 0U) << "it would never learn";
}

TEST(EngineDeadline, GivesTheInputsBack) {
  const uint64_t before = host_pool().stats().allocated.current;
  FakeEngine engine;
  engine.submit_blocked(0);
  const auto late = submit_late(engine, 1);
  engine.script().open_gate();
  engine.sink().wait(2);
  EXPECT_TRUE(late->buffers.empty());
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
  engine.script().close_gate();
  const auto other_shape = testing::make_request(nullptr, 0, 8, 2);
  std::thread runner([&] { engine->run_blocking(*other_shape); });
  engine.script().wait_until_running(1);
  submit_late(engine, 1);
  engine.script().open_gate();
  runner.join();
  engine.sink().wait(1);
  EXPECT_EQ(engine->try_run_in_place(*engine.request(2), std::chrono::hours(1)), std::nullopt);
}

}  // namespace
}  // namespace ntrt
