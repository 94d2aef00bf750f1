#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "backends/backend.h"

namespace ntrt {
namespace {

TEST(LoadCancellation, CallsTheHook) {
  LoadCancellation cancellation;
  int calls = 0;
  cancellation.set_hook([&] { ++calls; });
  EXPECT_FALSE(cancellation.cancelled());
  EXPECT_EQ(calls, 0);
  cancellation.cancel();
  EXPECT_TRUE(cancellation.cancelled());
  EXPECT_EQ(calls, 1);
}

TEST(LoadCancellation, CallsALaterHookAtOnce) {
  LoadCancellation cancellation;
  cancellation.cancel();
  int calls = 0;
  cancellation.set_hook([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(LoadCancellation, ForgetsAHookThatWasTakenAway) {
  LoadCancellation cancellation;
  int calls = 0;
  cancellation.set_hook([&] { ++calls; });
  cancellation.set_hook({});
  cancellation.cancel();
  EXPECT_TRUE(cancellation.cancelled());
  EXPECT_EQ(calls, 0);
}

// What a hook refers to may go as soon as set_hook({}) has returned.
TEST(LoadCancellation, NoHookRunsAfterItWasTakenAway) {
  for (int i = 0; i < 500; ++i) {
    LoadCancellation cancellation;
    std::atomic<bool> begun{false};
    std::thread canceller([&] {
      begun = true;
      cancellation.cancel();
    });
    {
      auto target = std::make_unique<std::atomic<int>>(0);
      cancellation.set_hook([raw = target.get()] { ++*raw; });
      while (!begun) std::this_thread::yield();
      cancellation.set_hook({});
      EXPECT_LE(target->load(), 1);
    }
    canceller.join();
    EXPECT_TRUE(cancellation.cancelled());
  }
}

}  // namespace
}  // namespace ntrt
