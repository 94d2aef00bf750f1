// At the end of the tests, nothing of the pool is in use any more.

#include "test/support/pool_leaks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace ntrt {
namespace {

class NothingLeft : public ::testing::Environment {
 public:
  /// Lanes of closed engines, and copies under way, end by themselves.
  void TearDown() override {
    std::string leaks;
    for (int i = 0; i < 200; ++i) {
      leaks = testing::pool_leaks();
      if (leaks.empty()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << leaks;
  }
};

[[maybe_unused]] const auto* const environment = ::testing::AddGlobalTestEnvironment(new NothingLeft);

TEST(PoolLeaks, ABlockThatIsHeldIsFound) {
  void* block = host_pool().allocate(123);
  EXPECT_NE(testing::pool_leaks().find("pool leak: 123 bytes for other of ''"), std::string::npos);
  host_pool().deallocate(block, 123);
}

}  // namespace
}  // namespace ntrt
