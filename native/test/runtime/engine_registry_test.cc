#include "runtime/engine_registry.h"

#include <gtest/gtest.h>

#include <thread>

#include "test/support/fake_engine.h"

namespace ntrt {
namespace {

using testing::FakeModel;
using testing::FakeScript;

class EngineRegistryTest : public ::testing::Test {
 protected:
  EngineHandle start() {
    return EngineHandle(Engine::start(std::make_unique<FakeModel>(script_), testing::fake_options()));
  }
  void wait_until_gone() {
    testing::wait_until("the model to go", [this] { return script_->live_models() == 0; });
  }

  const std::shared_ptr<FakeScript> script_ = std::make_shared<FakeScript>();
};

TEST_F(EngineRegistryTest, OpensWhatWasOfferedWithItsDescription) {
  EngineRegistry registry;
  const EngineHandle handle = start();
  registry.offer("token", handle, "what it is");
  const auto opened = registry.open("token");
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->description, "what it is");
  EXPECT_EQ(opened->engine.shared(), handle.shared());
}

TEST_F(EngineRegistryTest, KnowsNoOtherTokens) {
  EngineRegistry registry;
  EXPECT_FALSE(registry.open("token").has_value());
  registry.offer("token", start(), "");
  EXPECT_FALSE(registry.open("Token").has_value());
}

TEST_F(EngineRegistryTest, HoldsTheEngineForAWhileAfterItsLastHandle) {
  EngineRegistry registry(std::chrono::hours(1));
  registry.offer("token", start(), "");
  auto opened = registry.open("token");
  ASSERT_TRUE(opened.has_value());
  opened->engine->run_blocking(*testing::make_request(nullptr, 1));
}

TEST_F(EngineRegistryTest, LetsTheEngineGoThenAndForgetsIt) {
  EngineRegistry registry(std::chrono::milliseconds(1));
  registry.offer("token", start(), "");
  wait_until_gone();
  EXPECT_FALSE(registry.open("token").has_value());
  testing::wait_until("the offer to go", [&] { return registry.num_offers() == 0; });
}

TEST_F(EngineRegistryTest, DoesNotEndAnEngineThatOthersHold) {
  EngineRegistry registry(std::chrono::milliseconds(1));
  const EngineHandle handle = start();
  registry.offer("first", handle, "");
  registry.offer("second", start(), "");  // on another engine, which goes when both pins have
  testing::wait_until("the other engine to go", [this] { return script_->live_models() == 1; });
  EXPECT_TRUE(registry.open("first").has_value());
  handle->run_blocking(*testing::make_request(nullptr, 1));
}

TEST_F(EngineRegistryTest, DoesNotOpenAnEngineWhoseHandlesAreGone) {
  EngineRegistry registry(std::chrono::milliseconds(1));
  EngineHandle handle = start();
  const std::shared_ptr<Engine> engine = handle.shared();  // as its lanes hold it
  registry.offer("token", handle, "");
  handle.close({});
  wait_until_gone();
  EXPECT_FALSE(registry.open("token").has_value());
}

TEST_F(EngineRegistryTest, LetsGoOfWhatItHoldsAtItsEnd) {
  {
    EngineRegistry registry(std::chrono::hours(1));
    registry.offer("token", start(), "");
  }
  wait_until_gone();
}

TEST_F(EngineRegistryTest, ManyThreadsOpenAndClose) {
  EngineRegistry registry(std::chrono::milliseconds(1));
  EngineHandle handle = start();
  registry.offer("token", handle, "");
  std::vector<std::thread> threads;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&registry] {
      for (int i = 0; i < 1000; ++i) {
        auto opened = registry.open("token");
        if (opened) registry.offer("token", opened->engine, "");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(script_->live_models(), 1U);
  handle.close({});
  wait_until_gone();
}

TEST(ProcessId, IsTheSameEveryTime) {
  EXPECT_EQ(process_id().size(), 16U);
  EXPECT_EQ(process_id(), process_id());
}

}  // namespace
}  // namespace ntrt
