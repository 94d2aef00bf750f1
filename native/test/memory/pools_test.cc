#include "memory/pools.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "memory/sanitizer.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

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
  EXPECT_EQ(stats.active.current, 192U);            // 100 + header, rounded
  EXPECT_EQ(stats.active.peak, 1088U + 192U);       // 1000 + header, rounded
  EXPECT_EQ(stats.reserved.current, 1088U + 192U);  // the freed one is cached
  EXPECT_EQ(stats.reserved.current, mock.source->live_bytes());
  EXPECT_EQ(stats.num_system_allocs, 2U);
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
  mock.pool.deallocate(mock.pool.allocate(1000), 1000);
  void* held = mock.pool.allocate(500);
  const size_t before = mock.source->live_bytes();
  const size_t released = mock.pool.empty_cache();
  EXPECT_EQ(released, 1088U);
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

TEST(Pool, OutOfMemoryNamesThePoolAndTheCallersSize) {
  MockPool mock;
  mock.source->set_capacity(100);
  try {
    mock.pool.allocate(1000);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), Code::kOutOfMemory);
    EXPECT_EQ(text_of(error, "kind"), "mock");
    EXPECT_EQ(std::get<double>(error.details()[1].value), 1000.0);
  }
  const PoolStats stats = mock.pool.stats();
  EXPECT_EQ(stats.num_ooms, 1U);
  EXPECT_EQ(stats.num_retries, 1U);
  EXPECT_EQ(stats.allocated.allocated, 0U);
  EXPECT_EQ(stats.reserved.allocated, 0U);
}

TEST(Pool, ARetryThatHelpsIsNoFailure) {
  MockPool mock;
  mock.source->set_capacity(2000);
  mock.pool.deallocate(mock.pool.allocate(900), 900);
  void* block = mock.pool.allocate(1500);
  EXPECT_EQ(mock.pool.stats().num_retries, 1U);
  EXPECT_EQ(mock.pool.stats().num_ooms, 0U);
  mock.pool.deallocate(block, 1500);
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
