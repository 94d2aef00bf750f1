// What happens to batches while they wait: bursts, cancellation, deadlines, priorities, new options.

#include <gtest/gtest.h>

#include <thread>

#include "test/support/row_engine.h"
#include "test/support/threads.h"

namespace ntrt {
namespace {

using testing::has_its_rows;
using testing::patient_options;
using testing::row_options;
using testing::RowEngine;
using Sizes = std::map<size_t, uint64_t>;

// On a busy machine a burst may be over before its requests are there; then it is tried again.
TEST(EngineBatchBurst, RequestsOfABurstMeet) {
  for (bool in_time = false; !in_time;) {
    RowEngine engine;
    const Clock::time_point begun = Clock::now();
    engine->begin_burst();
    for (uint64_t tag = 1; tag <= 3; ++tag) engine.submit_rows(tag);
    in_time = Clock::now() - begun < Engine::kBurstLimit;
    engine->end_burst();
    engine.sink().wait(3);
    if (!in_time) continue;
    EXPECT_EQ(engine.sizes(), (Sizes{{3, 1}}));
  }
}

TEST(EngineBatchBurst, ThatDoesNotEndIsNotWaitedFor) {
  RowEngine engine;
  engine->begin_burst();
  engine.submit_rows(1);
  engine.sink().wait(1);
  engine->end_burst();
}

TEST(EngineBatchBurst, ThoseThatOverlapDoNotHoldARequestUp) {
  RowEngine engine;
  engine->begin_burst();
  engine.submit_rows(1);
  testing::wait_until("the request to run between bursts without a gap", [&] {
    engine->begin_burst();  // the next begins before this one ends
    engine->end_burst();
    return engine.sink().count() == 1;
  });
  engine->end_burst();
}

TEST(EngineBatchBurst, AFullBatchDoesNotWaitForItsEnd) {
  RowEngine engine(row_options(2));
  const Clock::time_point limit = Clock::now() + std::chrono::seconds(30);
  for (uint64_t tag = 0; Clock::now() < limit; tag += 2) {
    engine->begin_burst();
    const Clock::time_point begun = Clock::now();
    engine.submit_rows(tag);
    engine.submit_rows(tag + 1);
    engine.sink().wait(tag + 2);
    const bool early = Clock::now() - begun < Engine::kBurstLimit;
    engine->end_burst();
    if (early) return;
  }
  FAIL() << "no full batch ran before its burst was over";
}

TEST(EngineBatchCancel, BeforeTheBatchClosesTheGap) {
  RowEngine engine;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 6; ++tag) requests.push_back(engine.submit_in_place(tag));
  EXPECT_TRUE(engine->cancel(requests[1], Abandon::kAborted));
  EXPECT_TRUE(engine->cancel(requests[0], Abandon::kTimedOut));
  engine.script().open_gate();
  engine.sink().wait(5);
  for (size_t i = 2; i < 6; ++i) EXPECT_TRUE(has_its_rows(*requests[i]));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {4, 1}}));
  EXPECT_EQ(engine->counters().gathered_rows, 0U);
  EXPECT_EQ(engine.sink().count(), 5U);
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().timed_out, 1U);
  engine.expect_counters_add_up();
}

TEST(EngineBatchCancel, OfEachInTurnLeavesTheOthersTheirRows) {
  for (size_t victim = 0; victim < 5; ++victim) {
    RowEngine engine;
    engine.submit_blocked(0);
    std::vector<std::shared_ptr<Request>> requests;
    for (uint64_t tag = 1; tag <= 5; ++tag) requests.push_back(engine.submit_in_place(tag, 1 + tag % 3));
    EXPECT_TRUE(engine->cancel(requests[victim], Abandon::kDropped));
    engine.script().open_gate();
    engine.sink().wait(5);
    for (const auto& request : requests) {
      if (request == requests[victim]) continue;
      EXPECT_TRUE(has_its_rows(*request)) << victim;
    }
    EXPECT_EQ(engine.sizes().size(), 2U) << "one batch";
  }
}

TEST(EngineBatchCancel, InTheBatchIsCountedAndLeavesTheOthersTheirRows) {
  RowEngine engine(patient_options(3));
  engine.script().close_gate();
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 0; tag < 3; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine.script().wait_until_running(1);
  EXPECT_FALSE(engine->cancel(requests[1], Abandon::kAborted));
  engine.script().open_gate();
  engine.sink().wait(3);
  EXPECT_TRUE(has_its_rows(*requests[0]));
  EXPECT_TRUE(has_its_rows(*requests[2]));
  EXPECT_EQ(engine->counters().aborted, 1U);
  EXPECT_EQ(engine->counters().completed, 2U);
  EXPECT_EQ(engine->counters().rows, 2U);
  EXPECT_FALSE(engine->cancel(requests[0], Abandon::kAborted)) << "it is done";
  EXPECT_EQ(engine->counters().aborted, 1U);
}

/// A request of four rows, two of which run.
std::shared_ptr<Request> submit_half(RowEngine& engine) {
  engine.script().close_gate();
  auto request = engine.submit_rows(1, 4);
  engine.script().wait_until_running(1);
  return request;
}

EngineOptions splitting_options() {
  EngineOptions options = row_options(2);
  options.queue.split = true;
  return options;
}

TEST(EngineBatchCancel, OfARequestInPartsSparesTheRest) {
  RowEngine engine(splitting_options());
  const auto large = submit_half(engine);
  const auto other = engine.submit_rows(2);
  EXPECT_FALSE(engine->cancel(large, Abandon::kAborted));
  EXPECT_EQ(engine->queue_state().depth, 1U);
  engine.script().open_gate();
  engine.sink().wait(2);
  EXPECT_EQ(engine.sink().ids(), (std::vector<uint64_t>{1, 2}));
  EXPECT_TRUE(has_its_rows(*other));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {2, 1}}));
  EXPECT_EQ(engine->counters().aborted, 1U);
  engine.expect_counters_add_up();
}

TEST(EngineBatchCancel, DequeueLeavesARequestInPartsAsItIs) {
  RowEngine engine(splitting_options());
  const auto large = submit_half(engine);
  EXPECT_FALSE(engine->dequeue(large, Abandon::kAborted));
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_EQ(engine->counters().completed, 1U);
}

TEST(EngineBatchDeadline, ThatPassesInTheQueueLeavesTheOthersTheirRows) {
  RowEngine engine;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 4; ++tag) {
    requests.push_back(engine.rows(tag));
    if (tag == 2) requests[1]->deadline = Clock::now() + std::chrono::milliseconds(20);
    testing::submit_borrowed(*engine, requests.back());
  }
  while (Clock::now() <= requests[1]->deadline) std::this_thread::yield();
  engine.script().open_gate();
  engine.sink().wait(5);
  ASSERT_TRUE(requests[1]->error.has_value());
  EXPECT_EQ(requests[1]->error->code(), Code::kTimeout);
  for (const size_t i : {0U, 2U, 3U}) EXPECT_TRUE(has_its_rows(*requests[i]));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {3, 1}}));
  EXPECT_EQ(engine->counters().timed_out, 1U);
  EXPECT_EQ(engine->counters().completed, 4U);
}

TEST(EngineBatchDeadline, ThatPassesBetweenPartsIsOneTimeout) {
  RowEngine engine(splitting_options());
  engine.script().close_gate();
  const auto large = engine.rows(1, 4);
  large->deadline = Clock::now() + std::chrono::milliseconds(50);
  engine->submit(large);
  engine.script().wait_until_running(1);
  while (Clock::now() <= large->deadline) std::this_thread::yield();
  engine.script().open_gate();
  engine.sink().wait(1);
  ASSERT_TRUE(large->error.has_value());
  EXPECT_EQ(large->error->code(), Code::kTimeout);
  EXPECT_EQ(engine.script().order().size(), 1U);
  EXPECT_EQ(engine->counters().timed_out, 1U);
  engine.expect_counters_add_up();
}

TEST(EngineBatchDeadline, ThatHasPassedIsRefusedAndTakesNoPlace) {
  const uint64_t before = host_pool().stats().allocated.current;
  RowEngine engine;
  const auto late = engine.rows(1);
  late->deadline = Clock::time_point::min();
  EXPECT_EQ(testing::code_of([&] { testing::submit_borrowed(*engine, late); }), Code::kTimeout);
  EXPECT_FALSE(late->slot.buffer);
  EXPECT_EQ(engine->counters().rejected[static_cast<size_t>(Refusal::kDeadline)], 1U);
  EXPECT_EQ(engine->counters().accepted, 0U);
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST(EngineBatchWithdraw, GivesThePlaceBack) {
  const uint64_t before = host_pool().stats().allocated.current;
  RowEngine engine;
  const auto request = engine.rows(1);
  request->borrowed = {true};
  engine->admit(*request);
  EXPECT_TRUE(request->slot.buffer);
  engine->withdraw(*request);
  EXPECT_FALSE(request->slot.buffer);
  request->reset();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST(EngineBatchPriority, TheUrgentRunFirst) {
  RowEngine engine(row_options(2));
  engine.submit_blocked(0);
  const Clock::time_point now = Clock::now();
  const std::vector<std::pair<uint64_t, Priority>> order{
      {1, Priority::kLow}, {2, Priority::kNormal}, {3, Priority::kHigh}, {4, Priority::kNormal}};
  for (const auto& [tag, priority] : order) {
    const auto request = engine.rows(tag);
    request->priority = priority;
    request->submitted = now;
    engine->submit(request);
  }
  engine.script().open_gate();
  engine.sink().wait(5);
  EXPECT_EQ(engine.sink().ids(), (std::vector<uint64_t>{0, 3, 2, 4, 1}));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {2, 2}})) << "of several priorities";
}

TEST(EngineBatchConfigure, IsInForceForWhatWaits) {
  RowEngine engine(patient_options(8));
  for (uint64_t tag = 0; tag < 6; ++tag) engine.submit_in_place(tag);
  QueueOptions options = engine->queue_options();
  options.batch.max_size = 3;
  engine->configure(options);
  engine.sink().wait(6);
  EXPECT_EQ(engine.sizes(), (Sizes{{3, 2}}));
  for (uint64_t id = 0; id < 6; ++id) EXPECT_EQ(engine.sink().count_of(id), 1U);
  engine.submit_in_place(6);
  options.batch.max_delay = {};
  engine->configure(options);
  EXPECT_TRUE(has_its_rows(*engine.sink().wait(7)));
}

TEST(EngineBatchConfigure, LargerBatchesFillOtherBuffers) {
  RowEngine engine(row_options(2));
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 3; ++tag) requests.push_back(engine.submit_in_place(tag));
  QueueOptions options = engine->queue_options();
  options.batch.max_size = 16;
  engine->configure(options);
  for (uint64_t tag = 4; tag <= 9; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine.script().open_gate();
  engine.sink().wait(10);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {9, 1}}));
}

TEST(EngineBatchConfigure, AWindowThatFollowsTheTrafficIsChosen) {
  EngineOptions options = row_options();
  options.queue.target_p99 = std::chrono::milliseconds(20);
  RowEngine engine(options);
  for (uint64_t tag = 0; tag < 100; ++tag) engine.submit_rows(tag);
  engine.sink().wait(100);
  EXPECT_LE(engine->queue_state().window_ms, 20.0);
  EXPECT_GE(engine->queue_state().window_ms, 0.0);
}

}  // namespace
}  // namespace ntrt
