#include "memory/pools.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "core/error.h"
#include "memory/sanitizer.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::kMiB;
using testing::MockSource;

/// A pool over a mock; the mock belongs to the pool.
struct MockPool {
  MockSource* source = new MockSource;
  Pool pool{"mock", std::unique_ptr<MemorySource>(source)};
};

std::string text_of(const Error& error, const std::string& key) {
  for (const Detail& detail : error.details()) {
    if (detail.key == key) return std::get<std::string>(detail.value);
  }
  return "";
}

TEST(Pool, StatisticsTellUsersBlocksAndSystemApart) {
  MockPool mock;
  Pool& pool = mock.pool;
  void* a = pool.allocate(1000);
  void* b = pool.allocate(100);
  pool.deallocate(a, 1000);
  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.allocated.current, 100U);
  EXPECT_EQ(stats.allocated.peak, 1100U);
  EXPECT_EQ(stats.allocated.allocated, 1100U);
  EXPECT_EQ(stats.allocated.freed, 1000U);
  EXPECT_EQ(stats.active.current, 128U);
  EXPECT_EQ(stats.active.peak, 1024U + 128U);
  EXPECT_EQ(stats.reserved.current, CachingPool::kMinSegmentBytes);
  EXPECT_EQ(stats.reserved.current, mock.source->live_bytes());
  EXPECT_EQ(stats.num_system_allocs, 1U);
  EXPECT_EQ(stats.num_ooms, 0U);
  EXPECT_EQ(stats.num_retries, 0U);
  pool.deallocate(b, 100);
}

TEST(Pool, SystemAllocationsDoNotRiseWhenBlocksAreReused) {
  MockPool mock;
  for (int i = 0; i < 100; ++i) mock.pool.deallocate(mock.pool.allocate(5000), 5000);
  EXPECT_EQ(mock.pool.stats().num_system_allocs, 1U);
  EXPECT_EQ(mock.pool.stats().allocated.allocated, 100U * 5000U);
}

TEST(Pool, UnsizedFreeCountsLikeASizedOne) {
  MockPool mock;
  for (const size_t bytes : {size_t{1}, size_t{777}, size_t{2} << 20}) {
    mock.pool.deallocate_unsized(mock.pool.allocate(bytes));
  }
  mock.pool.deallocate_unsized(nullptr);
  const PoolStats stats = mock.pool.stats();
  EXPECT_EQ(stats.allocated.current, 0U);
  EXPECT_EQ(stats.active.current, 0U);
  EXPECT_EQ(stats.allocated.freed, 1 + 777 + (size_t{2} << 20));
}

TEST(Pool, EmptyCacheReturnsWhatTheSystemGotBack) {
  MockPool mock;
  mock.pool.deallocate(mock.pool.allocate(size_t{2} << 20), size_t{2} << 20);
  void* held = mock.pool.allocate(500);
  const size_t before = mock.source->live_bytes();
  const size_t released = mock.pool.empty_cache();
  EXPECT_EQ(released, (size_t{3} << 20) - page_bytes());  // but for the page of the one that is held
  EXPECT_EQ(mock.source->live_bytes(), before - released);
  EXPECT_EQ(mock.pool.stats().reserved.current, before - released);
  EXPECT_EQ(mock.pool.stats().reserved.freed, released);
  EXPECT_EQ(mock.pool.empty_cache(), 0U);
  mock.pool.deallocate(held, 500);
}

TEST(Pool, ResetPeakReachesEveryCounter) {
  MockPool mock;
  mock.pool.deallocate(mock.pool.allocate(1000), 1000);
  mock.pool.empty_cache();
  mock.pool.reset_peak();
  EXPECT_EQ(mock.pool.stats().allocated.peak, 0U);
  EXPECT_EQ(mock.pool.stats().active.peak, 0U);
  EXPECT_EQ(mock.pool.stats().reserved.peak, 0U);
}

const Error& error_of(Pool& pool, size_t bytes) {
  static std::optional<Error> caught;
  caught.reset();
  try {
    pool.allocate(bytes);
  } catch (const Error& error) {
    caught.emplace(error);
  }
  return caught.value();
}

double number_of(const Error& error, const std::string& key) {
  for (const Detail& detail : error.details()) {
    if (detail.key == key) return std::get<double>(detail.value);
  }
  return -1;
}

TEST(Pool, OutOfMemoryTellsTheNumbersAndWhatHelps) {
  MockPool mock;
  mock.source->set_capacity(100);
  const Error error = error_of(mock.pool, 1000);
  EXPECT_EQ(error.code(), Code::kOutOfMemory);
  EXPECT_EQ(text_of(error, "kind"), "mock");
  EXPECT_EQ(text_of(error, "limitedBy"), "system");
  EXPECT_EQ(number_of(error, "requestedBytes"), 1000);
  EXPECT_EQ(number_of(error, "reservedBytes"), 0);
  EXPECT_NE(error.message().find("smaller batching.maxSize"), std::string::npos);
  const PoolStats stats = mock.pool.stats();
  EXPECT_EQ(stats.num_ooms, 1U);
  EXPECT_EQ(stats.num_retries, 1U);
  EXPECT_EQ(stats.allocated.allocated, 0U);
  EXPECT_EQ(stats.reserved.allocated, 0U);
}

TEST(Pool, ARetryThatHelpsIsNoFailure) {
  MockPool mock;
  mock.source->set_capacity(3 * page_bytes());
  mock.pool.deallocate(mock.pool.allocate(4096), 4096);
  void* block = mock.pool.allocate(2 * page_bytes() + 1);
  EXPECT_EQ(mock.pool.stats().num_retries, 1U);
  EXPECT_EQ(mock.pool.stats().num_ooms, 0U);
  mock.pool.deallocate(block, 2 * page_bytes() + 1);
}

TEST(Pool, ALimitHoldsAndWhatIsCachedGoesForIt) {
  MockPool mock;
  mock.pool.set_limit(10 * kMiB);
  void* six = mock.pool.allocate(6 * kMiB);
  mock.pool.deallocate(mock.pool.allocate(4 * kMiB), 4 * kMiB);
  void* other = mock.pool.allocate(100);  // in place of the four that were cached
  const Error error = error_of(mock.pool, 5 * kMiB);
  EXPECT_EQ(error.code(), Code::kOutOfMemory);
  EXPECT_EQ(text_of(error, "limitedBy"), "pool");
  EXPECT_EQ(number_of(error, "limitBytes"), 10 * kMiB);
  EXPECT_LE(mock.source->live_bytes(), 10 * kMiB);
  mock.pool.set_limit(LimitAdaptor::kNoLimit);
  mock.pool.deallocate(mock.pool.allocate(5 * kMiB), 5 * kMiB);
  mock.pool.deallocate(six, 6 * kMiB);
  mock.pool.deallocate(other, 100);
}

TEST(Pool, ALimitBelowWhatIsCachedGivesItBackSoon) {
  MockPool mock;
  mock.pool.deallocate(mock.pool.allocate(4 * kMiB), 4 * kMiB);
  mock.pool.set_limit(kMiB);
  while (mock.pool.stats().reserved.current > 0) std::this_thread::yield();
}

TEST(Pool, AnEnginesLimitStopsItAndNobodyElse) {
  MockPool mock;
  const auto owner = std::make_shared<MemoryOwner>("reader", 1000);
  {
    const MemoryScope scope(owner, MemoryUse::kActivations);
    void* block = mock.pool.allocate(600);
    const Error error = error_of(mock.pool, 401);
    EXPECT_EQ(error.code(), Code::kOutOfMemory);
    EXPECT_EQ(text_of(error, "limitedBy"), "engine");
    EXPECT_EQ(text_of(error, "engine"), "reader");
    EXPECT_EQ(number_of(error, "engineBytes"), 600);
    EXPECT_EQ(number_of(error, "limitBytes"), 1000);
    EXPECT_EQ(mock.pool.stats().num_ooms, 1U);
    EXPECT_EQ(mock.pool.stats().num_retries, 0U);
    mock.pool.deallocate(block, 600);
  }
  mock.pool.deallocate(mock.pool.allocate(5000), 5000);
}

TEST(Pool, BlocksGoOnTheAccountOfTheScopeInWhichTheyWereTaken) {
  MockPool mock;
  const auto owner = std::make_shared<MemoryOwner>("reader");
  const auto other = std::make_shared<MemoryOwner>("other");
  void* weight = nullptr;
  void* state = nullptr;
  {
    const MemoryScope scope(owner, MemoryUse::kWeights);
    weight = mock.pool.allocate(100);
    {
      const MemoryScope inner(other, MemoryUse::kStaging);
      state = mock.pool.allocate(20);
    }
    mock.pool.deallocate(mock.pool.allocate(7), 7);
  }
  void* nobodys = mock.pool.allocate(3);
  EXPECT_EQ(owner->bytes(MemoryUse::kWeights).current, 100U);
  EXPECT_EQ(owner->bytes(MemoryUse::kWeights).peak, 107U);
  EXPECT_EQ(owner->total().current, 100U);
  EXPECT_EQ(other->bytes(MemoryUse::kStaging).current, 20U);
  mock.pool.deallocate(weight, 100);
  mock.pool.deallocate(state, 20);
  EXPECT_EQ(owner->total().current, 0U);
  EXPECT_EQ(other->total().current, 0U);
  mock.pool.deallocate(nobodys, 3);
}

TEST(Pool, AnAllocationThatFailsIsOnNobodysAccount) {
  MockPool mock;
  mock.source->set_capacity(0);
  const auto owner = std::make_shared<MemoryOwner>("reader");
  const MemoryScope scope(owner, MemoryUse::kWeights);
  EXPECT_EQ(text_of(error_of(mock.pool, 100), "engine"), "reader");
  EXPECT_EQ(owner->total().current, 0U);
}

TEST(Pool, BeyondTheThresholdCachedSegmentsGoBeforeMoreIsTaken) {
  MockPool mock;
  mock.pool.set_limit(20 * kMiB);
  mock.pool.set_policy({.gc_threshold = 0.5});
  mock.pool.deallocate(mock.pool.allocate(6 * kMiB), 6 * kMiB);
  void* block = mock.pool.allocate(7 * kMiB);  // 13 would be beyond 10
  EXPECT_EQ(mock.source->live_bytes(), 7 * kMiB);
  EXPECT_EQ(mock.pool.stats().num_retries, 0U);
  mock.pool.deallocate(block, 7 * kMiB);
}

TEST(Pool, AnIdlePoolIsTrimmedByItself) {
  MockPool mock;
  mock.pool.set_policy({.trim_idle = std::chrono::milliseconds(1)});
  EXPECT_EQ(mock.pool.policy().trim_idle, std::chrono::milliseconds(1));
  mock.pool.deallocate(mock.pool.allocate(4 * kMiB), 4 * kMiB);
  while (mock.pool.stats().reserved.current > 0) std::this_thread::yield();
}

TEST(Pool, ImpossibleSizesAreOutOfMemory) {
  for (const size_t bytes : {SIZE_MAX, kMaxBlockBytes, kMaxBlockBytes + 1, size_t{1} << 60}) {
    EXPECT_THROW(host_pool().allocate(bytes), Error) << bytes;
  }
}

TEST(Pool, ZeroBytesAreANullPointer) {
  MockPool mock;
  EXPECT_EQ(mock.pool.allocate(0), nullptr);
  mock.pool.deallocate(nullptr, 0);
  EXPECT_EQ(mock.pool.stats().allocated.allocated, 0U);
}

#if defined(NDEBUG) && !defined(NTRT_ADDRESS_SANITIZER)
TEST(Pool, AReleaseBuildIgnoresASecondFree) {
  MockPool mock;
  void* block = mock.pool.allocate(100);
  mock.pool.deallocate(block, 100);
  mock.pool.deallocate(block, 100);
  mock.pool.deallocate_unsized(block);
  EXPECT_EQ(mock.pool.stats().allocated.current, 0U);
  void* first = mock.pool.allocate(100);
  void* second = mock.pool.allocate(100);
  EXPECT_NE(first, second) << "the block was cached twice";
  mock.pool.deallocate(first, 100);
  mock.pool.deallocate(second, 100);
}
#elif !defined(__SANITIZE_THREAD__)
TEST(PoolDeathTest, ADebugBuildStopsAtASecondFree) {
  MockPool mock;
  void* block = mock.pool.allocate(100);
  mock.pool.deallocate(block, 100);
  EXPECT_DEATH(mock.pool.deallocate(block, 100), "use-after-poison|Assertion");
}
#endif

TEST(Pools, TheHostPoolIsOneAndTheSame) {
  EXPECT_EQ(&host_pool(), &host_pool());
  EXPECT_EQ(&pool("host"), &host_pool());
  EXPECT_EQ(host_pool().name(), "host");
}

TEST(Pools, NamesLeadToPools) {
  EXPECT_EQ(pool_names(), std::vector<std::string>{"host"});
  for (const std::string& name : pool_names()) EXPECT_EQ(pool(name).name(), name);
}

TEST(Pools, AnUnknownNameIsAnInvalidArgument) {
  try {
    pool("cuda:7");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kInvalidArgument);
    EXPECT_EQ(text_of(error, "option"), "pool");
    EXPECT_NE(text_of(error, "expected").find("host"), std::string::npos);
    EXPECT_EQ(text_of(error, "received"), "cuda:7");
  }
}

}  // namespace
}  // namespace ntrt
