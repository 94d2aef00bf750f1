// run_blocking(): runs on the caller's thread, sharing the instances with the lanes.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/fake_engine.h"
#include "test/support/threads.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::fake_options;
using testing::FakeEngine;

TEST(EngineRunBlocking, RunsOnTheCallersThread) {
  FakeEngine engine;
  std::thread::id runner;
  engine.script().set_action([&](auto, auto) { runner = std::this_thread::get_id(); });
  const auto request = engine.request(1);
  engine->run_blocking(*request);
  EXPECT_EQ(runner, std::this_thread::get_id());
  EXPECT_EQ(engine.sink().count(), 0U) << "the caller has the result, the sink has not";
  EXPECT_EQ(engine->counters().accepted, 1U);
  EXPECT_EQ(engine->counters().completed, 1U);
  EXPECT_EQ(engine->counters().in_place, 0U);
}

TEST(EngineRunBlocking, SharesTheOneInstanceWithTheLane) {
  FakeEngine engine;
  engine.submit_blocked(0);
  std::thread caller([&] { engine->run_blocking(*engine.request(1)); });
  engine.script().let_through(1);
  engine.script().wait_until_begun(2);
  EXPECT_EQ(engine.sink().wait(1)->id, 0U);
  engine.script().open_gate();
  caller.join();
  EXPECT_EQ(engine.script().order(), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(engine.script().max_running(), 1U);
}

TEST(EngineRunBlocking, TakesAFreeInstanceBesideABusyLane) {
  FakeEngine engine(fake_options(2));
  engine.submit_blocked(0);
  std::thread caller([&] { engine->run_blocking(*engine.request(1)); });
  engine.script().wait_until_running(2);
  engine.script().open_gate();
  caller.join();
  engine.sink().wait(1);
}

TEST(EngineRunBlocking, LanesWaitForAnInstanceThatACallerHas) {
  FakeEngine engine;
  engine.script().close_gate();
  std::thread caller([&] { engine->run_blocking(*engine.request(1)); });
  engine.script().wait_until_running(1);
  engine.submit(2);
  engine.script().open_gate();
  caller.join();
  EXPECT_EQ(engine.sink().wait(1)->id, 2U);
  EXPECT_EQ(engine.script().max_running(), 1U);
}

TEST(EngineRunBlocking, ManyCallersAndLanesAllGetTheirTurn) {
  constexpr uint64_t kEach = 200;
  FakeEngine engine(fake_options(2));
  std::vector<std::thread> callers;
  for (uint64_t c = 1; c <= 3; ++c) {
    callers.emplace_back([&engine, c] {
      for (uint64_t i = 0; i < kEach; ++i) engine->run_blocking(*engine.request(c * 1000 + i));
    });
  }
  for (uint64_t i = 0; i < kEach; ++i) engine.submit(i);
  for (std::thread& caller : callers) caller.join();
  engine.sink().wait(kEach);
  EXPECT_EQ(engine->counters().completed, 4 * kEach);
  EXPECT_EQ(engine.script().order().size(), 4 * kEach);
  EXPECT_LE(engine.script().max_running(), 2U);
}

#ifdef NTRT_HAS_THREAD_STATES
TEST(EngineRunBlocking, WaitsForAnInstance) {
  FakeEngine engine;
  engine.submit_blocked(0);
  std::thread caller([&] { engine->run_blocking(*engine.request(1)); });
  testing::wait_until_others_sleep();
  EXPECT_EQ(engine->counters().accepted, 1U);
  EXPECT_EQ(engine.script().order(), (std::vector<int64_t>{0}));
  engine.script().open_gate();
  caller.join();
}

// Whoever waits for an instance is not passed by requests that come later, or a busy engine would keep it forever.
TEST(EngineRunBlocking, IsNotOvertakenByRequestsThatCameLater) {
  constexpr uint64_t kLater = 500;
  constexpr uint64_t kBlocking = 7000;
  FakeEngine engine;
  engine.submit_blocked(0);
  std::thread caller([&] { engine->run_blocking(*engine.request(kBlocking)); });
  testing::wait_until_others_sleep();
  for (uint64_t i = 1; i <= kLater; ++i) engine.submit(i);
  engine.script().open_gate();
  caller.join();
  engine.sink().wait(kLater + 1);
  EXPECT_EQ(engine.script().order()[1], static_cast<int64_t>(kBlocking));
}
#endif

TEST(EngineRunBlocking, OfAClosedEngineIsRefused) {
  FakeEngine engine;
  engine.close();
  EXPECT_EQ(code_of([&] { engine->run_blocking(*engine.request(1)); }), Code::kNotOpen);
  EXPECT_EQ(engine->counters().accepted, 0U);
}

}  // namespace
}  // namespace ntrt
