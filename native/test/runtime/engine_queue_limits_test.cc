// The queue is bounded in requests and in bytes.

#include <gtest/gtest.h>

#include <limits>
#include <variant>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::fake_options;
using testing::FakeEngine;

EngineOptions limits(size_t requests, size_t bytes) {
  EngineOptions options = fake_options();
  options.queue.max_queue = requests;
  options.queue.max_queue_bytes = bytes;
  return options;
}

constexpr size_t kNoLimit = std::numeric_limits<size_t>::max() / 2;

TEST(EngineQueueLimits, ARequestTooManyIsRefusedAndCounted) {
  FakeEngine engine(limits(3, kNoLimit));
  engine.submit_blocked(0);
  for (uint64_t i = 1; i <= 3; ++i) engine.submit(i);
  EXPECT_EQ(code_of([&] { engine.submit(4); }), Code::kQueueFull);
  EXPECT_EQ(code_of([&] { engine.submit(5); }), Code::kQueueFull);
  EXPECT_EQ(engine->counters().num_rejected(), 2U);
  EXPECT_EQ(engine->counters().accepted, 4U);
  EXPECT_EQ(engine->queue_state().depth, 3U);
  engine.script().open_gate();
  engine.sink().wait(4);
  EXPECT_EQ(engine.sink().count_of(4) + engine.sink().count_of(5), 0U);
}

TEST(EngineQueueLimits, TheErrorSaysWhichLimitAndNamesTheEngine) {
  FakeEngine engine(limits(1, 100));
  engine.submit_blocked(0);
  engine.submit(1, 10);
  try {
    engine.submit(2);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("'fake'"), std::string::npos) << error.message();
    ASSERT_EQ(error.details().size(), 2U);
    EXPECT_EQ(std::get<double>(error.details()[0].value), 1.0);
    EXPECT_EQ(std::get<std::string>(error.details()[1].value), "requests");
  }
}

TEST(EngineQueueLimits, BytesAreExactToTheByte) {
  FakeEngine engine(limits(100, 1000));
  engine.submit_blocked(0);
  engine.submit(1, 400);
  EXPECT_EQ(code_of([&] { engine.submit(2, 601); }), Code::kQueueFull);
  engine.submit(3, 600);
  EXPECT_EQ(code_of([&] { engine.submit(4, 1); }), Code::kQueueFull);
  engine.submit(5, 0);
  EXPECT_EQ(engine->counters().num_rejected(), 2U);
}

TEST(EngineQueueLimits, AnOversizedRequestIsLetInAlone) {
  FakeEngine engine(limits(100, 1000));
  engine.submit_blocked(0);
  engine.submit(1, 5000);
  EXPECT_EQ(code_of([&] { engine.submit(2, 0); }), Code::kQueueFull) << "nothing joins it";
  engine.script().let_through(1);
  engine.script().wait_until_begun(2);
  engine.submit(3, 1);
  EXPECT_EQ(code_of([&] { engine.submit(4, 5000); }), Code::kQueueFull) << "not alone";
}

TEST(EngineQueueLimits, RoomComesBackWhenARequestLeavesTheQueue) {
  FakeEngine engine(limits(2, 1000));
  engine.submit_blocked(0);
  const auto cancelled = engine.submit(1, 900);
  EXPECT_EQ(code_of([&] { engine.submit(2, 900); }), Code::kQueueFull);
  EXPECT_TRUE(engine->cancel(cancelled, Abandon::kAborted));
  engine.submit(3, 900);
  engine.script().let_through(1);
  engine.script().wait_until_begun(2);
  engine.submit(4, 1000);
  EXPECT_EQ(engine->queue_state().depth, 1U);
}

TEST(EngineQueueLimits, CheckRoomCountsTheWorkAhead) {
  FakeEngine engine(limits(3, 1000));
  engine.submit_blocked(0);
  engine.submit(1, 400);
  EXPECT_EQ(code_of([&] { engine->check_room(600, 0, 0); }), std::nullopt);
  EXPECT_EQ(code_of([&] { engine->check_room(601, 0, 0); }), Code::kQueueFull);
  EXPECT_EQ(code_of([&] { engine->check_room(100, 1, 500); }), std::nullopt);
  EXPECT_EQ(code_of([&] { engine->check_room(101, 1, 500); }), Code::kQueueFull);
  EXPECT_EQ(code_of([&] { engine->check_room(0, 2, 0); }), Code::kQueueFull) << "the third place is taken";
  EXPECT_EQ(engine->counters().num_rejected(), 3U);
  EXPECT_EQ(engine->counters().accepted, 2U) << "a question is not a request";
}

TEST(EngineQueueLimits, CheckRoomLetsAnOversizedRequestInOnlyWithNothingAhead) {
  FakeEngine engine(limits(3, 1000));
  EXPECT_EQ(code_of([&] { engine->check_room(5000, 0, 0); }), std::nullopt);
  EXPECT_EQ(code_of([&] { engine->check_room(5000, 1, 10); }), Code::kQueueFull);
}

}  // namespace
}  // namespace ntrt
