// Whatever a run throws becomes the error of its request; the lane lives on.

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <stdexcept>
#include <variant>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::FakeEngine;

/// Runs one request that throws and one that does not; returns the error of the first.
Error error_of_run(const std::function<void()>& thrower) {
  FakeEngine engine;
  engine.script().set_action([&](auto, auto) { thrower(); });
  engine.submit(1);
  const auto failed = engine.sink().wait(1);
  engine.script().set_action({});
  engine.submit(2);
  EXPECT_FALSE(engine.sink().wait(2)->error.has_value()) << "the lane did not survive";
  EXPECT_EQ(engine->counters().failed, 1U);
  EXPECT_EQ(engine->counters().completed, 1U);
  EXPECT_TRUE(failed->buffers.empty());
  return failed->error.value_or(Error(Code::kBusy, "no error"));
}

TEST(EngineErrors, OfOursKeepCodeMessageAndDetails) {
  const Error error = error_of_run([] { throw Error(Code::kDeviceLost, "gone", {{"device", "cuda:0"}}); });
  EXPECT_EQ(error.code(), Code::kDeviceLost);
  EXPECT_EQ(error.message(), "gone");
  ASSERT_EQ(error.details().size(), 1U);
}

TEST(EngineErrors, BadAllocIsOutOfHostMemory) {
  const Error error = error_of_run([] { throw std::bad_alloc(); });
  EXPECT_EQ(error.code(), Code::kOutOfMemory);
  ASSERT_EQ(error.details().size(), 1U);
  EXPECT_EQ(std::get<std::string>(error.details()[0].value), "host");
}

TEST(EngineErrors, StandardExceptionsAreInternalAndKeepTheirText) {
  const Error error = error_of_run([] { throw std::out_of_range("index 7"); });
  EXPECT_EQ(error.code(), Code::kInternal);
  EXPECT_EQ(error.message(), "index 7");
}

#if defined(GTEST_HAS_DEATH_TEST)
// In a process of its own, since it may not survive.
TEST(EngineErrorsDeathTest, AnythingElseIsInternalToo) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const Error error = error_of_run([] { throw 42; });
        std::_Exit(error.code() == Code::kInternal ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}
#endif

TEST(EngineErrors, OfABlockingRunReachTheCallerAndTheInstanceIsFreeAgain) {
  FakeEngine engine;
  const std::vector<std::function<void()>> throwers = {[] { throw Error(Code::kBackendError, "x"); },
                                                       [] { throw std::bad_alloc(); }, [] { throw 42; }};
  for (const auto& thrower : throwers) {
    engine.script().set_action([&](auto, auto) { thrower(); });
    EXPECT_ANY_THROW(engine->run_blocking(*engine.request(1)));
  }
  EXPECT_EQ(engine->counters().failed, throwers.size());
  EXPECT_EQ(engine->counters().accepted, throwers.size());
  engine.script().set_action({});
  engine->run_blocking(*engine.request(2));
  engine.submit(3);
  EXPECT_FALSE(engine.sink().wait(1)->error.has_value());
  EXPECT_EQ(engine->counters().completed, 2U);
}

TEST(EngineErrors, AFailedRunOfAnAbandonedRequestCountsAsAborted) {
  FakeEngine engine;
  engine.script().set_action([](auto, auto) { throw Error(Code::kBackendError, "x"); });
  const auto running = engine.submit_blocked(1);
  EXPECT_FALSE(engine->cancel(running, Abandon::kDropped));
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().failed, 0U);
}

TEST(EngineErrors, AnInstanceThatCannotBeMadeFailsTheStartAndLeavesNothing) {
  const auto script = std::make_shared<testing::FakeScript>();
  EXPECT_EQ(code_of([&] { Engine::start(std::make_unique<testing::FakeModel>(script, 2), testing::fake_options(3)); }),
            Code::kOutOfMemory);
  EXPECT_EQ(script->live_instances(), 0U);
  EXPECT_EQ(script->live_models(), 0U);
  EXPECT_FALSE(script->contract_broken());
}

}  // namespace
}  // namespace ntrt
