// interrupt(): asks the runs in progress to stop, from any thread.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::fake_options;
using testing::FakeEngine;

TEST(EngineInterrupt, EndsEveryRunThatListens) {
  FakeEngine engine(fake_options(3));
  engine.script().close_gate();
  for (uint64_t i = 0; i < 3; ++i) engine.submit(i);
  engine.script().wait_until_running(3);
  engine->interrupt();
  const auto last = engine.sink().wait(3);
  ASSERT_TRUE(last->error.has_value());
  EXPECT_EQ(last->error->code(), Code::kBackendError);
  EXPECT_EQ(engine->counters().failed, 3U);
}

TEST(EngineInterrupt, EndsABlockingRunToo) {
  FakeEngine engine;
  engine.script().close_gate();
  std::thread interrupter([&] {
    engine.script().wait_until_running(1);
    engine->interrupt();
  });
  EXPECT_EQ(testing::code_of([&] { engine->run_blocking(*engine.request(1)); }), Code::kBackendError);
  interrupter.join();
}

TEST(EngineInterrupt, WhatIsQueuedStillEndsOnce) {
  FakeEngine engine;
  engine.submit_blocked(0);
  for (uint64_t i = 1; i < 10; ++i) engine.submit(i);
  engine->interrupt();
  engine.sink().wait(10);
  EXPECT_EQ(engine->counters().failed, 10U) << "an interrupted instance runs nothing more";
  engine.close();
  engine.wait_closed();
}

TEST(EngineInterrupt, OfAClosedEngineDoesNothing) {
  FakeEngine engine;
  engine.close();
  engine.wait_closed();
  engine->interrupt();
}

}  // namespace
}  // namespace ntrt
