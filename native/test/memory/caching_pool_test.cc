#include "memory/caching_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <iterator>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/numa.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::is_aligned;
using testing::kMiB;
using testing::kWeights;
using testing::MockSource;

bool is_on_a_page(const void* data) { return reinterpret_cast<uintptr_t>(data) % page_bytes() == 0; }

TEST(CachingPool, AFreedBlockServesTheNextRequestOfItsSize) {
  MockSource source;
  CachingPool pool(source);
  void* first = pool.allocate(1000);
  pool.deallocate(first);
  void* second = pool.allocate(970);
  EXPECT_EQ(second, first);
  EXPECT_EQ(source.num_allocs(), 1U);
  pool.deallocate(second);
}

TEST(CachingPool, SmallBlocksShareASegment) {
  MockSource source;
  CachingPool pool(source);
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(pool.allocate(5000));
  EXPECT_EQ(source.num_allocs(), 1U);
  EXPECT_EQ(pool.snapshot().segments[0].bytes, CachingPool::kMinSegmentBytes);
  for (void* block : blocks) pool.deallocate(block);
}

TEST(CachingPool, BlocksAreAlignedAndHoldWhatWasAskedFor) {
  MockSource source;
  CachingPool pool(source);
  for (const size_t bytes : {size_t{1}, size_t{64}, size_t{65}, size_t{5000}, kMiB, kMiB + 1, 5 * kMiB + 3}) {
    void* block = pool.allocate(bytes);
    EXPECT_TRUE(is_aligned(block)) << bytes;
    EXPECT_EQ(pool.size_of(block), bytes);
    std::memset(block, 0x5a, bytes);
    pool.deallocate(block);
  }
}

TEST(CachingPool, LargeBlocksStandOnPages) {
  MockSource source;
  CachingPool pool(source);
  std::vector<void*> blocks;
  for (const size_t bytes : {CachingPool::kLargeBytes, CachingPool::kLargeBytes + 1, kMiB - 1, 3 * kMiB}) {
    blocks.push_back(pool.allocate(bytes));
    EXPECT_TRUE(is_on_a_page(blocks.back())) << bytes;
  }
  for (void* block : blocks) pool.deallocate(block);
}

TEST(CachingPool, ZeroBytesAreANullPointerThatMayBeFreed) {
  MockSource source;
  CachingPool pool(source);
  EXPECT_EQ(pool.allocate(0), nullptr);
  EXPECT_FALSE(pool.deallocate(nullptr));
  EXPECT_EQ(source.num_allocs(), 0U);
}

TEST(CachingPool, WhatIsNoBlockInUseIsLeftAlone) {
  MockSource source;
  CachingPool pool(source);
  int stranger = 0;
  EXPECT_FALSE(pool.deallocate(&stranger));
  auto* block = static_cast<std::byte*>(pool.allocate(1000));
  EXPECT_FALSE(pool.deallocate(block + 64));
  EXPECT_EQ(pool.size_of(block + 64), 0U);
  EXPECT_TRUE(pool.deallocate(block));
  EXPECT_FALSE(pool.deallocate(block));
  EXPECT_EQ(pool.stats().active.current, 0U);
}

TEST(CachingPool, ALargeFreeBlockIsSplitAndJoinedAgain) {
  MockSource source;
  CachingPool pool(source);
  void* whole = pool.allocate(12 * kMiB);
  pool.deallocate(whole);
  void* first = pool.allocate(4 * kMiB);
  void* second = pool.allocate(4 * kMiB);
  void* third = pool.allocate(4 * kMiB);
  EXPECT_EQ(source.num_allocs(), 1U);
  EXPECT_EQ(first, whole);
  for (void* block : {first, third, second}) pool.deallocate(block);
  EXPECT_EQ(pool.allocate(12 * kMiB), whole);
  EXPECT_EQ(source.num_allocs(), 1U);
  pool.deallocate(whole);
}

TEST(CachingPool, TheBestFitIsTaken) {
  MockSource source;
  CachingPool pool(source);
  void* eight = pool.allocate(8 * kMiB);
  void* three = pool.allocate(3 * kMiB);
  void* five = pool.allocate(5 * kMiB);
  for (void* block : {three, five, eight}) pool.deallocate(block);
  void* block = pool.allocate(4 * kMiB);
  EXPECT_EQ(block, five);
  pool.deallocate(block);
}

TEST(CachingPool, WeightsHaveSegmentsOfTheirOwn) {
  MockSource source;
  CachingPool pool(source);
  for (const size_t bytes : {size_t{100}, 2 * kMiB}) {
    void* activation = pool.allocate(bytes);
    void* weight = pool.allocate(bytes, kWeights);
    pool.deallocate(activation);
    pool.trim();  // the segment of activations is free
    EXPECT_EQ(pool.snapshot().segments.size(), 1U);
    pool.deallocate(weight);
    pool.trim();
  }
}

TEST(CachingPool, MemoryOfANodeServesThatNodeOnly) {
  MockSource source;
  CachingPool pool(source);
  const auto allocate_on = [&pool](int node) {
    const NumaScope scope(node);
    return pool.allocate(1000);
  };
  void* const first = allocate_on(0);
  pool.deallocate(first);
  void* const second = allocate_on(1);
  EXPECT_NE(second, first);
  EXPECT_EQ(source.num_allocs(), 2U);
  EXPECT_EQ(allocate_on(0), first);
  void* const nowhere = allocate_on(kNoNode);
  EXPECT_EQ(source.num_allocs(), 3U);
  const std::vector<SegmentSnapshot> segments = pool.snapshot().segments;
  EXPECT_EQ(segments[0].node, 0);
  EXPECT_EQ(segments[1].node, 1);
  EXPECT_EQ(segments[2].node, kNoNode);
  for (void* block : {first, second, nowhere}) pool.deallocate(block);
}

TEST(CachingPool, MemoryOfADeviceIsOnNoNode) {
  MockSource source;
  CachingPool pool(source, false);
  const NumaScope scope(1);
  pool.deallocate(pool.allocate(1000));
  EXPECT_EQ(pool.snapshot().segments[0].node, kNoNode);
}

TEST(CachingPool, SegmentsGrowWithWhatIsInUse) {
  MockSource source;
  CachingPool pool(source);
  std::vector<void*> blocks;
  for (int i = 0; i < 1000; ++i) blocks.push_back(pool.allocate(256 << 10));  // 250 MiB
  EXPECT_LT(source.num_allocs(), 70U);
  const PoolStats stats = pool.stats();
  EXPECT_LT(static_cast<double>(source.live_bytes()), 1.07 * static_cast<double>(stats.active.current));
  for (void* block : blocks) pool.deallocate(block);
}

TEST(CachingPool, WithoutRoomForSpareItTakesWhatIsNeeded) {
  MockSource source;
  source.set_capacity(300 << 10);
  CachingPool pool(source);
  void* block = pool.allocate(100 << 10);
  EXPECT_EQ(pool.snapshot().segments[0].bytes, 100U << 10);
  pool.deallocate(block);
}

TEST(CachingPool, CountsWhatWasAskedForAndWhatItTook) {
  MockSource source;
  CachingPool pool(source);
  void* a = pool.allocate(1000);
  void* b = pool.allocate(2000);
  PoolStats stats = pool.stats();
  EXPECT_EQ(stats.allocated.current, 3000U);
  EXPECT_EQ(stats.active.current, 1024U + 2048U);
  EXPECT_EQ(stats.inactive_split.current, kMiB - 1024 - 2048);
  pool.deallocate(a);
  stats = pool.stats();
  EXPECT_EQ(stats.allocated.current, 2000U);
  EXPECT_EQ(stats.allocated.peak, 3000U);
  EXPECT_EQ(stats.allocated.freed, 1000U);
  EXPECT_EQ(stats.active.current, 2048U);
  pool.reset_peak();
  EXPECT_EQ(pool.stats().active.peak, 2048U);
  pool.deallocate(b);
  EXPECT_EQ(pool.stats().inactive_split.current, 0U);
}

TEST(CachingPool, TellsWhoseABlockWas) {
  MockSource source;
  CachingPool pool(source);
  const auto owner = std::make_shared<MemoryOwner>("reader");
  void* block = pool.allocate(100, {owner, MemoryUse::kStaging});
  const PoolSnapshot snapshot = pool.snapshot();
  EXPECT_EQ(snapshot.segments[0].blocks[0].tag.owner, owner);
  const auto freed = pool.deallocate(block);
  EXPECT_EQ(freed->bytes, 100U);
  EXPECT_EQ(freed->tag.owner, owner);
  EXPECT_EQ(freed->tag.use, MemoryUse::kStaging);
}

TEST(CachingPool, TrimGivesBackFreeSegmentsAndFreePagesBesideUsedOnes) {
  MockSource source;
  source.set_trim_result(5);
  CachingPool pool(source);
  auto* used = static_cast<std::byte*>(pool.allocate(4 * kMiB));
  void* between = pool.allocate(4 * kMiB);
  void* free = pool.allocate(300 << 10);
  void* small = pool.allocate(100);
  pool.deallocate(between);
  pool.deallocate(free);
  std::memset(used, 7, 4 * kMiB);
  const size_t before = source.live_bytes();
  const size_t trimmed = pool.trim();
  EXPECT_EQ(before - source.live_bytes(), trimmed - 5);
  EXPECT_EQ(source.live_bytes(), 4 * kMiB + page_bytes());  // the page of the small one
  EXPECT_TRUE(std::all_of(used, used + 4 * kMiB, [](std::byte b) { return b == std::byte{7}; }));
  pool.deallocate(used);
  pool.deallocate(small);
}

TEST(CachingPool, PagesThatWereGivenBackAreUsableAgain) {
  MockSource source;
  CachingPool pool(source);
  void* big = pool.allocate(8 * kMiB);
  pool.deallocate(big);
  void* kept = pool.allocate(kMiB);
  pool.trim();
  EXPECT_EQ(source.live_bytes(), kMiB);
  EXPECT_EQ(pool.trim(), 0U) << "the same pages were given back twice";
  void* again = pool.allocate(2 * kMiB);
  EXPECT_EQ(source.num_allocs(), 1U);
  EXPECT_EQ(source.live_bytes(), 3 * kMiB);
  std::memset(again, 1, 2 * kMiB);
  pool.deallocate(again);
  pool.deallocate(kept);
}

TEST(CachingPool, PagesThatCannotComeBackAreOutOfMemoryAndStayFree) {
  MockSource source;
  CachingPool pool(source);
  void* big = pool.allocate(8 * kMiB);
  pool.deallocate(big);
  void* kept = pool.allocate(kMiB);
  pool.trim();
  source.set_capacity(2 * kMiB);
  EXPECT_THROW(pool.allocate(3 * kMiB), Error);
  source.set_capacity(SIZE_MAX);
  pool.deallocate(pool.allocate(3 * kMiB));
  pool.deallocate(kept);
}

TEST(CachingPool, ASystemThatCannotTakePagesBackKeepsThem) {
  MockSource source;
  source.set_can_purge(false);
  CachingPool pool(source);
  void* kept = pool.allocate(100);
  EXPECT_EQ(pool.trim(), 0U);
  EXPECT_EQ(source.live_bytes(), kMiB);
  pool.deallocate(kept);
  EXPECT_EQ(pool.trim(), kMiB);
}

TEST(CachingPool, FreeSegmentsGoOldestFirstAndNoMoreThanWanted) {
  MockSource source;
  CachingPool pool(source);
  void* first = pool.allocate(4 * kMiB);
  void* second = pool.allocate(8 * kMiB);
  pool.deallocate(second);
  pool.deallocate(first);
  EXPECT_EQ(pool.release_segments(1), 4 * kMiB);
  EXPECT_EQ(source.live_bytes(), 8 * kMiB);
  EXPECT_EQ(pool.release_segments(0), 0U);
}

TEST(CachingPool, WhenTheSourceRunsOutTheCacheGoesFirst) {
  MockSource source;
  source.set_capacity(10 * kMiB);
  CachingPool pool(source);
  pool.deallocate(pool.allocate(8 * kMiB, kWeights));
  void* block = pool.allocate(9 * kMiB);
  EXPECT_EQ(pool.stats().num_retries, 1U);
  EXPECT_THROW(pool.allocate(2 * kMiB), Error);
  EXPECT_EQ(pool.stats().num_retries, 2U);
  pool.deallocate(block);
}

TEST(CachingPool, RecordsWhatHappened) {
  MockSource source;
  CachingPool pool(source);
  pool.deallocate(pool.allocate(100));
  EXPECT_TRUE(pool.snapshot().history.empty());
  pool.record_history(3);
  void* block = pool.allocate(500, kWeights);
  pool.deallocate(block);
  pool.trim();
  std::vector<MemoryAction> actions;
  for (const MemoryEvent& event : pool.snapshot().history) actions.push_back(event.action);
  EXPECT_EQ(actions, (std::vector{MemoryAction::kUnmap, MemoryAction::kUnmap, MemoryAction::kTrim}));
  pool.record_history(100);
  block = pool.allocate(500, kWeights);
  const std::vector<MemoryEvent> events = pool.snapshot().history;
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].action, MemoryAction::kMap);
  EXPECT_EQ(events[1].action, MemoryAction::kAlloc);
  EXPECT_EQ(events[1].bytes, 512U);
  EXPECT_EQ(events[1].tag.use, MemoryUse::kWeights);
  pool.record_history(0);
  pool.deallocate(block);
  EXPECT_TRUE(pool.snapshot().history.empty());
}

TEST(CachingPool, OthersGetMemoryWhileItIsTrimmed) {
  MockSource source;
  CachingPool pool(source);
  std::vector<void*> kept;
  for (int round = 0; round < 20; ++round) {
    std::vector<void*> blocks;
    for (int i = 0; i < 40; ++i) blocks.push_back(pool.allocate(20000));
    for (size_t i = 0; i < blocks.size(); i += 2) pool.deallocate(blocks[i]);
    std::thread trimmer([&] { pool.trim(); });
    for (size_t i = 0; i < blocks.size(); i += 2) {
      blocks[i] = pool.allocate(10000 + 300 * i);
      std::memset(blocks[i], 1, 10000 + 300 * i);
    }
    trimmer.join();
    for (void* block : blocks) pool.deallocate(block);
  }
  pool.trim();
  EXPECT_EQ(source.live_bytes(), 0U);
}

}  // namespace
}  // namespace ntrt
