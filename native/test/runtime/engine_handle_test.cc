#include "runtime/engine_handle.h"

#include <gtest/gtest.h>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::Event;
using testing::FakeModel;
using testing::FakeScript;

class EngineHandleTest : public ::testing::Test {
 protected:
  EngineHandle start() {
    return EngineHandle(Engine::start(std::make_unique<FakeModel>(script_), testing::fake_options()));
  }
  void wait_until_gone() {
    testing::wait_until("the model to go", [this] { return script_->live_models() == 0; });
  }

  const std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
};

TEST_F(EngineHandleTest, ClosesItsEngineWhenItDies) {
  {
    const EngineHandle handle = start();
  }
  wait_until_gone();
}

TEST_F(EngineHandleTest, ClosesOnceAndSaysWhen) {
  EngineHandle handle = start();
  Event closed;
  handle.close([&] { closed.set(); });
  EXPECT_FALSE(handle);
  closed.wait("on_closed");
  handle.close([] { FAIL() << "an empty handle has nothing to close"; });
  EXPECT_EQ(script_->live_models(), 0U);
}

TEST_F(EngineHandleTest, MovesItsHold) {
  EngineHandle first = start();
  EngineHandle second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): empty is the point
  ASSERT_TRUE(second);
  second->run_blocking(*testing::make_request(nullptr, 1));
  EXPECT_EQ(second->counters().completed, 1U);
}

TEST_F(EngineHandleTest, ClosesWhatItHeldWhenMovedOnto) {
  const auto other_script = std::make_shared<FakeScript>();
  EngineHandle handle = start();
  handle = EngineHandle(Engine::start(std::make_unique<FakeModel>(other_script), testing::fake_options()));
  wait_until_gone();
  EXPECT_EQ(other_script->live_models(), 1U);
  handle = EngineHandle();
  testing::wait_until("the other model to go", [&] { return other_script->live_models() == 0; });
}

TEST_F(EngineHandleTest, QueuedWorkEndsAfterItDied) {
  const auto sink = std::make_shared<testing::RecordingSink>();
  {
    const EngineHandle handle = start();
    script_->close_gate();
    for (uint64_t i = 0; i < 5; ++i) handle->submit(testing::make_request(sink, i));
  }
  script_->open_gate();
  sink->wait(5);
  wait_until_gone();
}

}  // namespace
}  // namespace ntrt
