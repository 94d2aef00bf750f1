// close() while run_blocking() is under way on another thread: the run counts as accepted work.

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "test/support/fake_engine.h"
#include "test/support/threads.h"

#ifdef NTRT_HAS_THREAD_STATES

namespace ntrt {
namespace {

using testing::code_of;
using testing::Event;
using testing::FakeEngine;

TEST(EngineCloseBlocking, TheModelOutlivesARunOnACallersThread) {
  FakeEngine engine;
  engine.script().close_gate();
  std::thread caller([&] { engine->run_blocking(*engine.request(1)); });
  engine.script().wait_until_running(1);
  engine.close();
  // The lane has nothing to do and leaves; the gate stays closed until it had every chance to take the model along.
  testing::wait_until_others_sleep();
  EXPECT_FALSE(engine.is_closed()) << "it said closed while a run was in the model";
  EXPECT_EQ(engine.script().live_models(), 1U) << "the model went before a run in it ended";
  engine.script().open_gate();
  caller.join();
  engine.wait_closed();
  EXPECT_FALSE(engine.script().contract_broken());
}

TEST(EngineCloseBlocking, ACallerThatWaitsForAnInstanceEnds) {
  auto script = std::make_shared<testing::FakeScript>();
  auto sink = std::make_shared<testing::RecordingSink>();
  auto engine = Engine::start(std::make_unique<testing::FakeModel>(script), testing::fake_options());
  script->close_gate();
  engine->submit(testing::make_request(sink, 0));
  script->wait_until_running(1);
  const auto ended = std::make_shared<Event>();
  std::thread([engine, sink, ended] {
    // Either is right: it runs, or it is refused.
    code_of([&] { engine->run_blocking(*testing::make_request(sink, 1)); });
    ended->set();
  }).detach();
  testing::wait_until_others_sleep();
  engine->close({});
  script->open_gate();
  ended->wait("run_blocking() to end after close()");
  testing::wait_until("the lanes to end", [&] { return engine.use_count() == 1; });
  EXPECT_EQ(script->live_models(), 0U);
  EXPECT_FALSE(script->contract_broken());
}

}  // namespace
}  // namespace ntrt

#endif
