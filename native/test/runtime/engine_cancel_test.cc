// cancel(): exactly one end for every request, whatever its state.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeEngine;

TEST(EngineCancel, TakesAQueuedRequestOutWithoutACompletion) {
  FakeEngine engine;
  engine.submit_blocked(0);
  const auto second = engine.submit(1);
  engine.submit(2);
  EXPECT_TRUE(engine->cancel(second, Abandon::kAborted));
  EXPECT_EQ(engine->queue_state().depth, 1U);
  engine.script().open_gate();
  engine.sink().wait(2);
  EXPECT_EQ(engine.script().order(), (std::vector<int64_t>{0, 2}));
  EXPECT_EQ(engine.sink().count_of(1), 0U);
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().completed, 2U);
}

TEST(EngineCancel, TakesTheRightOneOutOfTheQueue) {
  for (const uint64_t victim : {1U, 3U, 5U}) {
    FakeEngine engine;
    engine.submit_blocked(0);
    std::vector<std::shared_ptr<Request>> queued;
    for (uint64_t i = 1; i <= 5; ++i) queued.push_back(engine.submit(i));
    EXPECT_TRUE(engine->cancel(queued[victim - 1], Abandon::kDropped));
    engine.script().open_gate();
    engine.sink().wait(5);
    for (uint64_t i = 0; i <= 5; ++i) EXPECT_EQ(engine.sink().count_of(i), i == victim ? 0U : 1U);
  }
}

TEST(EngineCancel, OfARunningRequestLeavesItsCompletionAndCountsIt) {
  FakeEngine engine;
  const auto running = engine.submit_blocked(0);
  EXPECT_FALSE(engine->cancel(running, Abandon::kAborted));
  EXPECT_EQ(engine->counters().aborted, 0U) << "still in flight";
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_EQ(engine.sink().count(), 1U);
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().completed, 0U);
}

TEST(EngineCancel, ATimeOutIsCountedAsOne) {
  FakeEngine engine;
  const auto running = engine.submit_blocked(0);
  const auto queued = engine.submit(1);
  EXPECT_TRUE(engine->cancel(queued, Abandon::kTimedOut));
  EXPECT_EQ(engine->counters().timed_out, 1U);
  EXPECT_FALSE(engine->cancel(running, Abandon::kTimedOut));
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_EQ(engine->counters().timed_out, 2U);
  EXPECT_EQ(engine->counters().aborted, 0U);
}

TEST(EngineCancel, OfADoneRequestDoesNothing) {
  FakeEngine engine;
  const auto request = engine.submit(0);
  engine.sink().wait(1);
  EXPECT_FALSE(engine->cancel(request, Abandon::kAborted));
  EXPECT_EQ(engine->counters().aborted, 0U);
  EXPECT_EQ(engine->counters().completed, 1U);
}

TEST(EngineCancel, TheSecondCancelDoesNothing) {
  FakeEngine engine;
  const auto running = engine.submit_blocked(0);
  const auto queued = engine.submit(1);
  EXPECT_TRUE(engine->cancel(queued, Abandon::kAborted));
  EXPECT_FALSE(engine->cancel(queued, Abandon::kTimedOut));
  EXPECT_FALSE(engine->cancel(running, Abandon::kTimedOut));
  EXPECT_FALSE(engine->cancel(running, Abandon::kAborted));
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().timed_out, 1U);
}

TEST(EngineCancel, LetsGoOfTheRequest) {
  FakeEngine engine;
  engine.submit_blocked(0);
  std::shared_ptr<Request> queued = engine.submit(1);
  EXPECT_TRUE(engine->cancel(queued, Abandon::kAborted));
  EXPECT_EQ(queued.use_count(), 1);
}

// Cancel races the lane for each request; one of the two ends it.
TEST(EngineCancel, RacingTheRunEndsEachRequestOnce) {
  constexpr uint64_t kRequests = 2000;
  FakeEngine engine(testing::fake_options(2));
  std::vector<std::shared_ptr<Request>> requests(kRequests);
  std::atomic<uint64_t> submitted{0};
  std::vector<bool> removed(kRequests);
  std::thread canceller([&] {
    for (uint64_t i = 0; i < kRequests; ++i) {
      while (submitted.load() <= i) std::this_thread::yield();
      removed[i] = engine->cancel(requests[i], Abandon::kAborted);
    }
  });
  for (uint64_t i = 0; i < kRequests; ++i) {
    requests[i] = engine.request(i);
    for (;;) {
      if (!testing::code_of([&] { engine->submit(requests[i]); })) break;
      std::this_thread::yield();
    }
    submitted.store(i + 1);
  }
  canceller.join();
  size_t completed = 0;
  for (const bool one : removed) completed += one ? 0 : 1;
  if (completed > 0) engine.sink().wait(completed);
  for (uint64_t i = 0; i < kRequests; ++i) ASSERT_EQ(engine.sink().count_of(i), removed[i] ? 0U : 1U) << i;
  EXPECT_EQ(engine->counters().completed + engine->counters().aborted, kRequests);
}

}  // namespace
}  // namespace ntrt
