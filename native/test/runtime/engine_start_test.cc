// An engine whose threads cannot all be started. In a process of its own, whose address space gets too small.

#include <gtest/gtest.h>

#include "test/support/fake_engine.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#include <pthread.h>
#include <sys/resource.h>

#include <fstream>

namespace ntrt {
namespace {

/// Room for two stacks, not for a third.
void leave_room_for_two_threads() {
  constexpr size_t kStack = size_t{1} << 30;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStack);
  pthread_setattr_default_np(&attributes);
  pthread_attr_destroy(&attributes);
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  limit.rlim_cur = pages * 4096 + kStack * 29 / 10;
  setrlimit(RLIMIT_AS, &limit);
}

TEST(EngineStartDeathTest, ThatFailsHalfWayLeavesNoLaneAndNoModel) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const auto script = std::make_shared<testing::FakeScript>();
        leave_room_for_two_threads();
        bool failed = false;
        try {
          Engine::start(std::make_unique<testing::FakeModel>(script), testing::fake_options(4));
        } catch (const std::exception&) {
          failed = true;
        }
        if (!failed) std::_Exit(3);
        testing::wait_until("the model to go", [&] { return script->live_models() == 0; });
        std::_Exit(script->contract_broken() ? 4 : 0);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace ntrt

#endif
