// From submit to completion: results, order, concurrency.

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <thread>
#include <vector>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::Event;
using testing::fake_options;
using testing::FakeEngine;

TEST(EngineSubmit, CompletesWithTheOutputsOfTheRun) {
  FakeEngine engine;
  static int64_t result = 0;
  engine.script().set_action([](std::span<const TensorView> inputs, std::span<OutputRequest> outputs) {
    result = *static_cast<int64_t*>(inputs[0].data) * 2;
    outputs[0].view = {DType::kInt64, {1}, &result, sizeof(result)};
  });
  engine.submit(21);
  const auto done = engine.sink().wait(1);
  EXPECT_EQ(done->id, 21U);
  EXPECT_FALSE(done->error.has_value());
  EXPECT_EQ(done->outputs[0].view.data, &result);
  EXPECT_EQ(result, 42);
  EXPECT_EQ(done->state, Request::State::kDone);
}

TEST(EngineSubmit, GivesTheInputsBackBeforeItSaysDone) {
  const uint64_t before = host_pool().stats().allocated.current;
  FakeEngine engine;
  engine.submit(1);
  EXPECT_TRUE(engine.sink().wait(1)->buffers.empty());
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

TEST(EngineSubmit, RunsInTheOrderOfSubmission) {
  FakeEngine engine;
  engine.submit_blocked(0);
  for (uint64_t i = 1; i < 200; ++i) engine.submit(i);
  EXPECT_EQ(engine->queue_state().depth, 199U);
  engine.script().open_gate();
  engine.sink().wait(200);
  std::vector<int64_t> expected(200);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(engine.script().order(), expected);
  EXPECT_EQ(engine.sink().ids(), std::vector<uint64_t>(expected.begin(), expected.end()));
  EXPECT_EQ(engine.script().max_running(), 1U);
}

TEST(EngineSubmit, AsManyRunAtOnceAsThereAreInstances) {
  for (const int instances : {1, 2, 5}) {
    FakeEngine engine(fake_options(instances));
    engine.script().close_gate();
    for (uint64_t i = 0; i < 20; ++i) engine.submit(i);
    engine.script().wait_until_running(static_cast<size_t>(instances));
    EXPECT_EQ(engine->queue_state().depth, 20U - static_cast<size_t>(instances));
    engine.script().open_gate();
    engine.sink().wait(20);
    EXPECT_EQ(engine.script().max_running(), static_cast<size_t>(instances));
    const std::vector<int64_t> order = engine.script().order();
    EXPECT_EQ(std::set<int64_t>(order.begin(), order.end()).size(), 20U);
  }
}

TEST(EngineSubmit, ALaneThatIsDoneTakesTheNextWhileOthersAreBusy) {
  FakeEngine engine(fake_options(2));
  engine.script().close_gate();
  for (uint64_t i = 0; i < 6; ++i) {
    engine.submit(i);
    if (i < 2) engine.script().wait_until_running(i + 1);  // two lanes may start in either order
  }
  for (size_t i = 1; i <= 4; ++i) {
    engine.script().let_through(1);
    engine.sink().wait(i);
    engine.script().wait_until_begun(2 + i);
  }
  EXPECT_EQ(engine.script().order(), (std::vector<int64_t>{0, 1, 2, 3, 4, 5}));
}

TEST(EngineSubmit, ACompletionMaySubmitAgain) {
  struct Resubmitter final : CompletionSink {
    Engine* engine = nullptr;
    std::shared_ptr<testing::RecordingSink> next;
    void completed(std::shared_ptr<Request> request) noexcept override {
      engine->submit(testing::make_request(next, request->id + 1));
    }
  };
  FakeEngine engine;
  auto sink = std::make_shared<Resubmitter>();
  sink->engine = &*engine;
  sink->next = std::make_shared<testing::RecordingSink>();
  engine->submit(testing::make_request(sink, 1));
  EXPECT_EQ(sink->next->wait(1)->id, 2U);
}

TEST(EngineSubmit, RecordsWaitAndComputeTimes) {
  FakeEngine engine;
  for (uint64_t i = 0; i < 10; ++i) engine.submit(i);
  engine.sink().wait(10);
  const auto snapshot = [&](Stage stage) { return engine->counters().stages[static_cast<size_t>(stage)].snapshot(); };
  EXPECT_EQ(snapshot(Stage::kQueue).count, 10U);
  EXPECT_EQ(snapshot(Stage::kCompute).count, 10U);
  EXPECT_EQ(snapshot(Stage::kCopyIn).count, 0U);
}

TEST(EngineSubmit, AnIdleQueueIsEmptyAndTheOldestAgeOfABusyOneGrows) {
  FakeEngine engine;
  EXPECT_EQ(engine->queue_state().depth, 0U);
  EXPECT_EQ(engine->queue_state().oldest_ms, 0.0);
  engine.submit_blocked(0);
  engine.submit(1);
  const double age = engine->queue_state().oldest_ms;
  EXPECT_GE(age, 0.0);
  EXPECT_GE(engine->queue_state().oldest_ms, age);
}

}  // namespace
}  // namespace ntrt
