#include "memory/caching_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <iterator>
#include <map>
#include <random>
#include <utility>
#include <vector>

#include "core/error.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::is_aligned;
using testing::MockSource;

constexpr size_t kMiB = size_t{1} << 20;

TEST(CachingPool, AFreedBlockServesTheNextRequestOfItsClass) {
  MockSource source;
  CachingPool pool(source);
  void* first = pool.allocate(1000);
  pool.deallocate(first, 1000);
  void* second = pool.allocate(961);  // the same class: 961 … 1024
  EXPECT_EQ(second, first);
  EXPECT_EQ(source.num_allocs(), 1U);
  pool.deallocate(second, 961);
}

TEST(CachingPool, AnotherClassGetsABlockOfItsOwn) {
  MockSource source;
  CachingPool pool(source);
  void* first = pool.allocate(1000);
  pool.deallocate(first, 1000);
  void* second = pool.allocate(960);
  EXPECT_NE(second, first);
  EXPECT_EQ(source.num_allocs(), 2U);
  pool.deallocate(second, 960);
}

TEST(CachingPool, BlocksAreAlignedAndHoldWhatWasAskedFor) {
  MockSource source;
  CachingPool pool(source);
  for (const size_t bytes : {size_t{1}, size_t{64}, size_t{65}, size_t{5000}, kMiB, kMiB + 1, 5 * kMiB + 3}) {
    void* block = pool.allocate(bytes);
    EXPECT_TRUE(is_aligned(block)) << bytes;
    std::memset(block, 0x5a, bytes);
    pool.deallocate(block, bytes);
  }
}

TEST(CachingPool, ZeroBytesAreANullPointerThatMayBeFreed) {
  MockSource source;
  CachingPool pool(source);
  EXPECT_EQ(pool.allocate(0), nullptr);
  pool.deallocate(nullptr, 0);
  EXPECT_EQ(source.num_allocs(), 0U);
}

TEST(CachingPool, LargeRequestsTakeTheBestFit) {
  MockSource source;
  CachingPool pool(source);
  void* eight = pool.allocate(8 * kMiB);
  void* nine = pool.allocate(9 * kMiB);
  pool.deallocate(nine, 9 * kMiB);
  pool.deallocate(eight, 8 * kMiB);
  void* block = pool.allocate(8 * kMiB - 100);
  EXPECT_EQ(block, eight);
  pool.deallocate(block, 8 * kMiB - 100);
}

TEST(CachingPool, LargeRequestsWasteAtMostAnEighth) {
  MockSource source;
  CachingPool pool(source);
  void* nine = pool.allocate(9 * kMiB);
  pool.deallocate(nine, 9 * kMiB);
  void* eight = pool.allocate(8 * kMiB);  // 9 = 8 + 8 / 8: just good enough
  EXPECT_EQ(eight, nine);
  EXPECT_EQ(pool.active().current, 9 * kMiB);
  pool.deallocate(eight, 8 * kMiB);
  void* less = pool.allocate(8 * kMiB - 1);
  EXPECT_NE(less, nine);
  pool.deallocate(less, 8 * kMiB - 1);
}

TEST(CachingPool, ALargeBlockLentToASmallerRequestKeepsItsSize) {
  MockSource source;  // checks that blocks go back with the size that they came with
  CachingPool pool(source);
  void* nine = pool.allocate(9 * kMiB);
  pool.deallocate(nine, 9 * kMiB);
  void* eight = pool.allocate(8 * kMiB);
  pool.deallocate(eight, 8 * kMiB);
  void* again = pool.allocate(9 * kMiB);
  EXPECT_EQ(again, nine);
  pool.deallocate(again, 9 * kMiB);
  EXPECT_EQ(source.num_allocs(), 1U);
}

TEST(CachingPool, ActiveCountsWholeBlocksInUse) {
  MockSource source;
  CachingPool pool(source);
  void* a = pool.allocate(1000);
  void* b = pool.allocate(2000);
  EXPECT_EQ(pool.active().current, 1024U + 2048U);
  pool.deallocate(a, 1000);
  EXPECT_EQ(pool.active().current, 2048U);
  EXPECT_EQ(pool.active().peak, 1024U + 2048U);
  pool.reset_peak();
  EXPECT_EQ(pool.active().peak, 2048U);
  pool.deallocate(b, 2000);
  EXPECT_EQ(pool.active().current, 0U);
}

TEST(CachingPool, TrimGivesBackWhatIsCachedAndNothingElse) {
  MockSource source;
  source.set_trim_result(5);
  CachingPool pool(source);
  void* kept = pool.allocate(3000);
  for (const size_t bytes : {size_t{100}, size_t{1000}, 3 * kMiB}) pool.deallocate(pool.allocate(bytes), bytes);
  const size_t kept_bytes = pool.active().current;
  const size_t cached_bytes = source.live_bytes() - kept_bytes;
  EXPECT_EQ(cached_bytes, 128 + 1024 + 3 * kMiB);
  EXPECT_EQ(pool.trim(), cached_bytes + 5);  // and the source's own
  EXPECT_EQ(source.live_bytes(), kept_bytes);
  EXPECT_EQ(pool.trim(), 5U);
  pool.deallocate(kept, 3000);
}

TEST(CachingPool, GivesItsCacheBackWhenItDies) {
  MockSource source;
  {
    CachingPool pool(source);
    pool.deallocate(pool.allocate(100), 100);
    pool.deallocate(pool.allocate(2 * kMiB), 2 * kMiB);
    EXPECT_GT(source.live_bytes(), 0U);
  }
  EXPECT_EQ(source.live_bytes(), 0U);
}

TEST(CachingPool, OutOfMemoryEmptiesTheCacheAndTriesOnceMore) {
  MockSource source;
  CachingPool pool(source);
  source.set_capacity(4 * kMiB);
  pool.deallocate(pool.allocate(2 * kMiB), 2 * kMiB);
  pool.deallocate(pool.allocate(1000), 1000);
  void* block = pool.allocate(4 * kMiB);  // fits only without the cached ones
  EXPECT_EQ(pool.num_retries(), 1U);
  EXPECT_EQ(source.num_trims(), 1U);
  EXPECT_EQ(source.live_bytes(), 4 * kMiB);
  pool.deallocate(block, 4 * kMiB);
}

TEST(CachingPool, OutOfMemoryTwiceIsAnErrorAndLeavesThePoolUsable) {
  MockSource source;
  CachingPool pool(source);
  source.set_capacity(1 * kMiB);
  EXPECT_THROW(pool.allocate(2 * kMiB), Error);
  EXPECT_EQ(pool.num_retries(), 1U);
  EXPECT_EQ(source.num_allocs(), 2U);
  EXPECT_EQ(pool.active().allocated, 0U);
  void* block = pool.allocate(1000);
  EXPECT_NE(block, nullptr);
  pool.deallocate(block, 1000);
}

TEST(CachingPool, SizesThatRoundingWouldOverflowAreOutOfMemory) {
  MockSource source;
  CachingPool pool(source);
  for (const size_t bytes : {SIZE_MAX, SIZE_MAX - 63, kMaxBlockBytes + 1}) {
    try {
      pool.allocate(bytes);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kOutOfMemory);
    }
  }
  EXPECT_EQ(source.num_allocs(), 0U);
}

// Every call to the source fails in turn, once and for good: nothing leaks and the counters stay right.
TEST(CachingPool, SurvivesAFailureOfEveryCallToTheSource) {
  constexpr uint64_t kForever = UINT64_MAX;
  for (const bool for_good : {false, true}) {
    for (uint64_t nth = 1; nth <= 12; ++nth) {
      MockSource source;
      source.fail_calls(nth, for_good ? kForever : nth);
      CachingPool pool(source);
      std::vector<std::pair<void*, size_t>> held;
      int num_failures = 0;
      for (const size_t bytes : {size_t{10}, size_t{900}, 2 * kMiB, size_t{70000}, 3 * kMiB, size_t{10}}) {
        try {
          pool.deallocate(pool.allocate(bytes), bytes);
          held.emplace_back(pool.allocate(bytes), bytes);
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), Code::kOutOfMemory);
          ++num_failures;
        }
      }
      if (!for_good) {
        EXPECT_EQ(num_failures, 0) << "the retry did not help, call " << nth;
      }
      for (const auto& [block, bytes] : held) pool.deallocate(block, bytes);
      EXPECT_EQ(pool.active().current, 0U);
      pool.trim();
      EXPECT_EQ(source.live_bytes(), 0U);
    }
  }
}

// Random sizes and orders: no two live blocks overlap, nor does one end before its size.
TEST(CachingPool, LiveBlocksNeverOverlap) {
  MockSource source;
  CachingPool pool(source);
  std::map<char*, size_t> live;
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    if (live.size() < 64 && random() % 2 == 0) {
      const size_t bytes = 1 + (random() % (4 * kMiB) >> random() % 22);
      auto* block = static_cast<char*>(pool.allocate(bytes));
      const auto next = live.lower_bound(block);
      ASSERT_TRUE(next == live.end() || block + bytes <= next->first);
      ASSERT_TRUE(next == live.begin() || std::prev(next)->first + std::prev(next)->second <= block);
      live.emplace(block, bytes);
    } else if (!live.empty()) {
      auto victim = live.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(random() % live.size()));
      pool.deallocate(victim->first, victim->second);
      live.erase(victim);
    }
    if (i % 5000 == 4999) pool.trim();
  }
  for (const auto& [block, bytes] : live) pool.deallocate(block, bytes);
  EXPECT_EQ(pool.active().current, 0U);
}

}  // namespace
}  // namespace ntrt
