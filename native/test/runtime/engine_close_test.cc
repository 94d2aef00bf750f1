// close(): what is queued still runs, then everything goes, and only then the closer hears of it.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "test/support/fake_engine.h"
#include "test/support/freed_heap.h"

namespace ntrt {
namespace {

using testing::code_of;
using testing::fake_options;
using testing::FakeEngine;

TEST(EngineClose, OfAnIdleEngineFreesTheModel) {
  for (const int instances : {1, 4}) {
    FakeEngine engine(fake_options(instances));
    engine.close();
    engine.wait_closed();
    EXPECT_EQ(engine.script().live_models(), 0U);
    EXPECT_EQ(engine.script().live_instances(), 0U);
  }
}

#ifdef NTRT_TESTS_FREED_HEAP
TEST(EngineClose, GivesWhatTheCLibraryKeepsBackToTheSystemBeforeTheCloserHears) {
  FakeEngine engine;
  const testing::FreedHeap freed;  // as by a model that goes
  EXPECT_TRUE(freed.is_held());
  engine.close();
  engine.wait_closed();
  EXPECT_FALSE(freed.is_held());
}
#endif

TEST(EngineClose, FinishesWhatIsQueued) {
  FakeEngine engine(fake_options(2));
  engine.script().close_gate();
  for (uint64_t i = 0; i < 50; ++i) engine.submit(i);
  engine.script().wait_until_running(2);
  engine.close();
  EXPECT_FALSE(engine.is_closed());
  engine.script().open_gate();
  engine.wait_closed();
  EXPECT_EQ(engine.sink().count(), 50U) << "it closed before the last completion";
  EXPECT_EQ(engine->counters().completed, 50U);
}

TEST(EngineClose, RefusesNewWorkAtOnce) {
  FakeEngine engine;
  engine.submit_blocked(0);
  engine.close();
  EXPECT_EQ(code_of([&] { engine.submit(1); }), Code::kNotOpen);
  EXPECT_EQ(code_of([&] { engine->check_room(1, 0, 0); }), Code::kNotOpen);
  EXPECT_EQ(engine->counters().num_rejected(), 0U);
  EXPECT_EQ(engine->counters().accepted, 1U);
}

TEST(EngineClose, QueuedRequestsCanStillBeCancelled) {
  FakeEngine engine;
  engine.submit_blocked(0);
  const auto queued = engine.submit(1);
  engine.close();
  EXPECT_TRUE(engine->cancel(queued, Abandon::kAborted));
  engine.script().open_gate();
  engine.wait_closed();
  EXPECT_EQ(engine.sink().ids(), std::vector<uint64_t>{0});
}

TEST(EngineClose, TellsTheCloserOnceTheModelIsGone) {
  const auto script = std::make_shared<testing::FakeScript>();
  const auto engine = Engine::start(std::make_unique<testing::FakeModel>(script), fake_options(3));
  std::atomic<int> calls{0};
  std::atomic<size_t> models_left{99};
  testing::Event closed;
  engine->close([&] {
    models_left = script->live_models() + script->live_instances();
    ++calls;
    closed.set();
  });
  closed.wait("on_closed");
  testing::wait_until("the lanes to end", [&] { return engine.use_count() == 1; });
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(models_left, 0U);
  EXPECT_FALSE(script->contract_broken());
}

TEST(EngineClose, NeedsNobodyToBeTold) {
  const auto script = std::make_shared<testing::FakeScript>();
  std::shared_ptr<Engine> engine = Engine::start(std::make_unique<testing::FakeModel>(script), fake_options());
  engine->close({});
  const std::weak_ptr<Engine> gone = engine;
  engine.reset();
  testing::wait_until("the engine to go", [&] { return gone.expired(); });
  EXPECT_EQ(script->live_models(), 0U);
}

TEST(EngineClose, FromInsideACompletion) {
  struct Closer final : CompletionSink {
    FakeEngine* engine = nullptr;
    void completed(std::shared_ptr<Request> request) noexcept override { engine->close(); }
  };
  FakeEngine engine;
  const auto closer = std::make_shared<Closer>();
  closer->engine = &engine;
  engine->submit(testing::make_request(closer, 1));
  engine.wait_closed();
}

TEST(EngineClose, ARequestKeepsTheClosedEngineButNotItsModel) {
  FakeEngine engine;
  auto request = engine.request(1);
  {
    request->engine = {&*engine, [](Engine*) {}};
    engine->submit(request);
  }
  engine.sink().wait(1);
  engine.close();
  engine.wait_closed();
  EXPECT_EQ(engine.script().live_models(), 0U);
  EXPECT_EQ(request->engine->counters().completed, 1U);
  EXPECT_FALSE(request->engine->cancel(request, Abandon::kAborted));
  EXPECT_EQ(request->engine->signature().inputs.size(), 1U);
}

TEST(EngineClose, ManyEnginesLeaveNoLane) {
  for (int i = 0; i < 100; ++i) {
    FakeEngine engine(fake_options(1 + i % 4));
    for (uint64_t r = 0; r < 4; ++r) engine.submit(r);
    // ~FakeEngine closes, and waits until no lane holds the engine.
  }
}

}  // namespace
}  // namespace ntrt
