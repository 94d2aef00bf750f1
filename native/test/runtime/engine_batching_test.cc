// Requests that meet in batches: which do, and that each gets its own rows.

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

TEST(EngineBatching, RequestsThatWaitMeet) {
  RowEngine engine;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 5; ++tag) requests.push_back(engine.submit_rows(tag));
  engine.script().open_gate();
  engine.sink().wait(6);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {5, 1}}));
  EXPECT_EQ(engine.sink().ids(), (std::vector<uint64_t>{0, 1, 2, 3, 4, 5})) << "in their order";
  EXPECT_EQ(engine->counters().rows, 6U);
  EXPECT_EQ(engine->counters().gathered_rows, 5U);
  engine.expect_counters_add_up();
}

TEST(EngineBatching, RowsThatStandTogetherAreNotMovedAgain) {
  RowEngine engine;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 5; ++tag) requests.push_back(engine.submit_in_place(tag, tag));
  engine.script().open_gate();
  engine.sink().wait(6);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {15, 1}}));
  EXPECT_EQ(engine->counters().gathered_rows, 0U);
}

TEST(EngineBatching, NoBatchIsLargerThanTheLimit) {
  for (const bool in_place : {false, true}) {
    RowEngine engine(row_options(4));
    engine.submit_blocked(0);
    std::vector<std::shared_ptr<Request>> requests;
    for (uint64_t tag = 1; tag <= 10; ++tag) {
      requests.push_back(in_place ? engine.submit_in_place(tag) : engine.submit_rows(tag));
    }
    engine.script().open_gate();
    engine.sink().wait(11);
    for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
    EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {2, 1}, {4, 2}}));
  }
}

TEST(EngineBatching, AFullBatchStartsAtOnceAndAnotherWaits) {
  RowEngine engine(patient_options(4));
  for (uint64_t tag = 0; tag < 7; ++tag) engine.submit_rows(tag);
  engine.sink().wait(4);
#ifdef NTRT_HAS_THREAD_STATES
  testing::wait_until_others_sleep();
#endif
  EXPECT_EQ(engine.sink().count(), 4U);
  EXPECT_EQ(engine->queue_state().depth, 3U);
  engine.submit_rows(7);
  engine.sink().wait(8);
  EXPECT_EQ(engine.sizes(), (Sizes{{4, 2}}));
}

TEST(EngineBatching, OtherShapesDoNotMeet) {
  RowEngine engine;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 6; ++tag) requests.push_back(engine.submit_rows(tag, 1, 2 + tag % 2));
  engine.script().open_gate();
  engine.sink().wait(7);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {3, 2}}));
}

TEST(EngineBatching, RequestsThatFitAreNotSplit) {
  RowEngine engine(row_options(5));
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (const uint64_t rows : {2U, 3U, 4U, 2U}) requests.push_back(engine.submit_in_place(rows, rows));
  engine.script().open_gate();
  engine.sink().wait(5);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {2, 1}, {4, 1}, {5, 1}}));
  EXPECT_EQ(engine->counters().rows, 12U);
}

TEST(EngineBatching, ALargeRequestIsSplitIfItMayBe) {
  EngineOptions options = row_options(4);
  options.queue.split = true;
  RowEngine engine(options);
  engine.submit_blocked(0);
  const auto large = engine.submit_rows(1, 10);
  const auto small = engine.submit_rows(2, 2);
  engine.script().open_gate();
  engine.sink().wait(3);
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_TRUE(has_its_rows(*small));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 1}, {4, 3}})) << "its last rows meet others";
  EXPECT_EQ(engine->counters().rows, 13U);
  EXPECT_EQ(engine->counters().completed, 3U);
}

TEST(EngineBatching, ALargeRequestRunsAsItIsOtherwise) {
  RowEngine engine(row_options(4));
  engine.submit_blocked(0);
  const auto large = engine.submit_rows(1, 10);
  const auto small = engine.submit_rows(2, 2);
  engine.script().open_gate();
  engine.sink().wait(3);
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_TRUE(has_its_rows(*small));
  EXPECT_EQ(engine.script().order().size(), 3U);
  EXPECT_EQ(engine->counters().gathered_rows, 0U);
}

TEST(EngineBatching, BatchesRunInAllInstancesAtOnce) {
  RowEngine engine(patient_options(4, 3));
  engine.script().close_gate();
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 0; tag < 16; ++tag) {
    requests.push_back(engine.submit_in_place(tag));
    if (tag % 4 == 3 && tag < 12) engine.script().wait_until_running(tag / 4 + 1);
  }
  EXPECT_EQ(engine->queue_state().depth, 4U);
  engine.script().open_gate();
  engine.sink().wait(16);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{4, 4}}));
  EXPECT_EQ(engine->counters().gathered_rows, 0U) << "a buffer for each instance, and one that is filled";
}

TEST(EngineBatching, PartsOfARequestRunInAllInstancesAtOnce) {
  EngineOptions options = row_options(4, 3);
  options.queue.split = true;
  RowEngine engine(options);
  engine.script().close_gate();
  const auto large = engine.submit_rows(1, 11);
  engine.script().wait_until_running(3);
  engine.script().open_gate();
  engine.sink().wait(1);
  EXPECT_TRUE(has_its_rows(*large));
  EXPECT_EQ(engine.sizes(), (Sizes{{3, 1}, {4, 2}}));
  EXPECT_EQ(engine->counters().completed, 1U);
}

TEST(EngineBatching, OnlyTheRequestThatIsToBlameFails) {
  RowEngine engine;
  engine.faults().poison = testing::row_value(5, 0);
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 8; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine.script().open_gate();
  engine.sink().wait(9);
  for (const auto& request : requests) {
    EXPECT_EQ(static_cast<bool>(has_its_rows(*request)), request->id != 5) << request->id;
  }
  EXPECT_EQ(engine->counters().failed, 1U);
  EXPECT_EQ(engine->counters().completed, 8U);
  EXPECT_EQ(engine->batching_fault(), "") << "a failure says nothing about batching";
  engine.expect_counters_add_up();
}

TEST(EngineBatching, AFailedPartSparesTheRestOfARequest) {
  EngineOptions options = row_options(2);
  options.queue.split = true;
  RowEngine engine(options);
  engine.faults().poison = testing::row_value(1, 0);
  engine.submit_blocked(0);
  const auto large = engine.submit_rows(1, 8);
  engine.script().open_gate();
  engine.sink().wait(2);
  EXPECT_TRUE(large->error.has_value());
  EXPECT_EQ(engine.script().order().size(), 2U);
  EXPECT_EQ(engine->counters().failed, 1U);
  EXPECT_EQ(engine->queue_state().depth, 0U);
}

TEST(EngineBatching, EndsWhenResultsDoNotAddUp) {
  RowEngine engine;
  engine.faults().drops_row = true;
  engine.submit_blocked(0);
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 1; tag <= 4; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine.script().open_gate();
  engine.sink().wait(5);
  EXPECT_NE(engine->batching_fault(), "");
  engine.submit_blocked(5);
  for (uint64_t tag = 6; tag <= 8; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine.script().open_gate();
  engine.sink().wait(9);
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{1, 9}}));
  EXPECT_EQ(engine->counters().failed, 0U);
}

TEST(EngineBatching, RunsOnTheCallersThreadCountTheirRows) {
  EngineOptions options = row_options();
  options.inline_below_us = 3'600'000'000;
  RowEngine engine(options);
  const auto blocking = engine.rows(1, 3);
  engine->run_blocking(*blocking);
  const auto in_place = engine.rows(2, 3);
  EXPECT_TRUE(engine->try_run_in_place(*in_place, std::chrono::hours(1)).has_value());
  EXPECT_TRUE(has_its_rows(*blocking));
  EXPECT_TRUE(has_its_rows(*in_place));
  EXPECT_EQ(engine.sizes(), (Sizes{{3, 2}}));
  EXPECT_EQ(engine->counters().rows, 6U);
}

TEST(EngineBatching, ClosingRunsWhatWaitsForOthers) {
  RowEngine engine(patient_options(4));
  std::vector<std::shared_ptr<Request>> requests;
  for (uint64_t tag = 0; tag < 3; ++tag) requests.push_back(engine.submit_in_place(tag));
  engine->begin_burst();
  engine.close();
  engine.sink().wait(3);
  engine.wait_closed();
  engine->end_burst();
  for (const auto& request : requests) EXPECT_TRUE(has_its_rows(*request));
  EXPECT_EQ(engine.sizes(), (Sizes{{3, 1}}));
  EXPECT_EQ(testing::code_of([&] { engine.submit_rows(9); }), Code::kNotOpen);
}

TEST(EngineBatching, GivesAllMemoryBackWhenResultsGo) {
  const uint64_t before = host_pool().stats().allocated.current;
  EngineOptions options = row_options(4, 2);
  options.queue.split = true;
  RowEngine engine(options);
  engine.faults().poison = testing::row_value(9, 0);
  std::vector<std::shared_ptr<Request>> requests{engine.submit_blocked(0)};
  for (uint64_t tag = 1; tag <= 20; ++tag) requests.push_back(engine.submit_in_place(tag, 1 + tag % 6));
  EXPECT_TRUE(engine->cancel(requests[20], Abandon::kAborted));
  engine.script().open_gate();
  engine.sink().wait(20);
  for (const auto& request : requests) request->reset();
  EXPECT_EQ(host_pool().stats().allocated.current, before);
  engine.expect_counters_add_up();
}

}  // namespace
}  // namespace ntrt
