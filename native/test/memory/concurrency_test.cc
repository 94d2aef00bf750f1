// The whole chain under four threads that allocate, write, check and free at random.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "core/error.h"
#include "memory/pools.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::is_aligned;
using testing::MockSource;

constexpr int kNumChurners = 4;
constexpr int kRounds = 3000;

struct Held {
  unsigned char* data;
  size_t bytes;
  unsigned char pattern;
};

/// Blocks that one thread allocated and another will free.
class Exchange {
 public:
  Held swap_with(Held held) {
    const std::lock_guard lock(mutex_);
    std::swap(held, slot_);
    return held;
  }

 private:
  std::mutex mutex_;
  Held slot_{nullptr, 0, 0};
};

void check_and_free(Pool& pool, const Held& held, bool sized) {
  ASSERT_TRUE(std::all_of(held.data, held.data + held.bytes, [&](unsigned char c) { return c == held.pattern; }))
      << "someone else wrote into a block of " << held.bytes << " bytes";
  if (sized) {
    pool.deallocate(held.data, held.bytes);
  } else {
    pool.deallocate_unsized(held.data);
  }
}

void churn(Pool& pool, Exchange& exchange, int seed) {
  std::mt19937_64 random(static_cast<uint64_t>(seed));
  std::vector<Held> mine;
  for (int i = 0; i < kRounds; ++i) {
    const uint64_t dice = random();
    if (mine.size() < 16 && dice % 2 == 0) {
      // Few sizes, so that threads meet in the same classes; one in 128 is large.
      const size_t bytes = dice % 256 == 0 ? (size_t{1} << 20) + random() % 200000 : 1 + random() % 3 * 700;
      const auto pattern = static_cast<unsigned char>(random());
      try {
        auto* data = static_cast<unsigned char*>(pool.allocate(bytes));
        ASSERT_TRUE(is_aligned(data));
        std::memset(data, pattern, bytes);
        mine.push_back({data, bytes, pattern});
      } catch (const Error& error) {
        ASSERT_EQ(error.code(), Code::kOutOfMemory);
      }
    } else if (!mine.empty()) {
      std::swap(mine[random() % mine.size()], mine.back());
      Held held = mine.back();
      mine.pop_back();
      if (dice % 3 == 0) held = exchange.swap_with(held);
      if (held.data != nullptr) check_and_free(pool, held, dice % 5 < 3);
    }
    if (dice % 1024 == 1) pool.empty_cache();
    if (dice % 512 == 3) pool.reset_peak();
  }
  for (const Held& held : mine) check_and_free(pool, held, true);
}

void run(Pool& pool) {
  Exchange exchange;
  std::vector<std::thread> threads;
  for (int i = 0; i < kNumChurners; ++i) threads.emplace_back(churn, std::ref(pool), std::ref(exchange), i + 1);
  for (std::thread& thread : threads) thread.join();
  const Held last = exchange.swap_with({nullptr, 0, 0});
  if (last.data != nullptr) check_and_free(pool, last, true);
}

void expect_balance(Pool& pool) {
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.allocated.current, 0U);
  EXPECT_EQ(stats.allocated.allocated, stats.allocated.freed);
  EXPECT_EQ(stats.active.current, 0U);
  const uint64_t cached = stats.reserved.current;
  EXPECT_EQ(pool.empty_cache(), cached);
  EXPECT_EQ(pool.stats().reserved.current, 0U);
  EXPECT_EQ(pool.stats().reserved.allocated, pool.stats().reserved.freed);
}

TEST(PoolConcurrency, ThreadsNeverShareABlockAndTheBalanceIsZero) {
  auto* source = new MockSource;
  Pool pool("mock", std::unique_ptr<MemorySource>(source));
  run(pool);
  EXPECT_EQ(pool.stats().num_ooms, 0U);
  EXPECT_EQ(source->live_bytes(), pool.stats().reserved.current);
  expect_balance(pool);
  EXPECT_EQ(source->live_bytes(), 0U);
}

TEST(PoolConcurrency, RunningOutInAllThreadsLeavesTheBalanceAtZero) {
  auto* source = new MockSource;
  source->set_capacity(size_t{3} << 20);
  Pool pool("mock", std::unique_ptr<MemorySource>(source));
  run(pool);
  EXPECT_GT(pool.stats().num_retries, 0U);
  EXPECT_LE(pool.stats().reserved.peak, size_t{3} << 20);
  expect_balance(pool);
}

TEST(PoolConcurrency, TheHostPoolServesAllThreads) {
  const uint64_t before = host_pool().stats().allocated.current;
  run(host_pool());
  EXPECT_EQ(host_pool().stats().allocated.current, before);
}

}  // namespace
}  // namespace ntrt
