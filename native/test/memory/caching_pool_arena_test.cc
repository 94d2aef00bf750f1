// Arenas of a caching pool: addresses that get memory as they are used.

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "core/error.h"
#include "memory/caching_pool.h"
#include "test/memory/mock_source.h"

namespace ntrt {
namespace {

using testing::kMiB;
using testing::kWeights;
using testing::MockSource;

/// A pool whose source has addresses to give.
class Arena : public ::testing::Test {
 protected:
  Arena() { source_.set_can_reserve(true); }

  MockSource source_;
};

TEST_F(Arena, GetsMemoryFromTheFrontAsItIsUsed) {
  CachingPool pool(source_);
  void* first = pool.allocate(3 * kMiB);
  void* second = pool.allocate(2 * kMiB);
  EXPECT_EQ(source_.num_allocs(), 0U);
  EXPECT_EQ(source_.live_bytes(), 5 * kMiB);
  EXPECT_EQ(static_cast<std::byte*>(second) - static_cast<std::byte*>(first), ptrdiff_t{3 * kMiB});
  EXPECT_EQ(pool.snapshot().segments.size(), 1U);
  EXPECT_EQ(pool.snapshot().segments[0].bytes, 5 * kMiB);
  EXPECT_EQ(pool.stats().inactive_split.current, 0U);
  pool.deallocate(first);
  pool.deallocate(second);
}

TEST_F(Arena, JoinsWhatWasOfAnySize) {
  CachingPool pool(source_);
  std::vector<void*> blocks;
  for (size_t i = 1; i <= 10; ++i) blocks.push_back(pool.allocate(i * 300000));
  const size_t held = source_.live_bytes();
  for (void* block : blocks) pool.deallocate(block);
  void* whole = pool.allocate(16 * kMiB - kMiB / 4);
  EXPECT_EQ(whole, blocks[0]);
  EXPECT_EQ(source_.live_bytes(), held);
  pool.deallocate(whole);
}

TEST_F(Arena, GoesBackAsAWholeOrPageByPage) {
  CachingPool pool(source_);
  void* first = pool.allocate(3 * kMiB);
  void* second = pool.allocate(2 * kMiB);
  pool.deallocate(first);
  EXPECT_EQ(pool.trim(), 3 * kMiB);
  EXPECT_EQ(source_.live_bytes(), 2 * kMiB);
  void* again = pool.allocate(kMiB);
  EXPECT_EQ(again, first);
  EXPECT_EQ(source_.live_bytes(), 3 * kMiB);
  std::memset(again, 1, kMiB);
  pool.deallocate(again);
  pool.deallocate(second);
  EXPECT_EQ(pool.trim(), 3 * kMiB);
  EXPECT_EQ(source_.live_bytes(), 0U);
  EXPECT_TRUE(pool.snapshot().segments.empty());
}

TEST_F(Arena, TakesNoMoreThanItNeedsWhereThatIsAllThereIs) {
  source_.set_capacity(CachingPool::kCommitBytes + 2 * page_bytes());
  CachingPool pool(source_);
  void* block = pool.allocate(CachingPool::kCommitBytes + page_bytes());
  EXPECT_EQ(source_.live_bytes(), CachingPool::kCommitBytes + page_bytes());
  EXPECT_THROW(pool.allocate(CachingPool::kLargeBytes), Error);
  pool.deallocate(block);
}

TEST_F(Arena, HasNoPlaceForWeightsAndForWhatWouldTakeMuchOfIt) {
  CachingPool pool(source_);
  void* weights = pool.allocate(3 * kMiB, kWeights);
  EXPECT_EQ(source_.num_allocs(), 1U);
  pool.deallocate(weights);
  pool.note_huge_pages(true);
  void* huge = pool.allocate(3 * kMiB);
  EXPECT_EQ(source_.num_allocs(), 2U);
  pool.deallocate(huge);
}

}  // namespace
}  // namespace ntrt
